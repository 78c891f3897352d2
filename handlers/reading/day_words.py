"""Words for weekdays, months, counts and ordinals, in English and a little Spanish."""

from __future__ import annotations

_WEEKDAY_WORDS = (
    "mon|monday|lunes",
    "tue|tues|tuesday|tuesdy|martes",
    "wed|weds|wednesday|wensday|miercoles|miércoles",
    "thu|thur|thurs|thursday|jueves",
    "fri|friday|viernes",
    "sat|saturday|sabado|sábado",
    "sun|sunday|domingo",
)
WEEKDAYS = {word: place for place, words in enumerate(_WEEKDAY_WORDS) for word in words.split("|")}
_MONTH_WORDS = (
    "jan|january|enero|ene",
    "feb|february|febrero",
    "mar|march|marzo",
    "apr|april|abril|abr",
    "may|mayo",
    "jun|june|junio",
    "jul|july|julio",
    "aug|august|agosto",
    "sep|sept|september|septiembre",
    "oct|october|octubre",
    "nov|november|noviembre",
    "dec|december|diciembre|dic",
)
MONTHS = {
    word: place for place, words in enumerate(_MONTH_WORDS, start=1) for word in words.split("|")
}
COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "couple": 2, "few": 3,
    "un": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6,
}  # fmt: skip
ORDINALS = {
    word: place
    for place, word in enumerate(
        (
            *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"),
            *("ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth"),
            *("sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"),
            *("twenty first", "twenty second", "twenty third", "twenty fourth", "twenty fifth"),
            *("twenty sixth", "twenty seventh", "twenty eighth", "twenty ninth", "thirtieth"),
            "thirty first",
        ),
        start=1,
    )
}
