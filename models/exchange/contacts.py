"""A contact as a file tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.exchange.broken import EmptyField, LongField
from models.exchange.columns import Shape
from models.text import name_key

SHAPE = Shape(
    kind="contacts",
    limits={
        "external_id": 120,
        "account_external_id": 120,
        "account_name": 120,
        "name": 180,
        "first_name": 60,
        "last_name": 60,
        "credentials": 60,
        "title": 120,
        "role": 60,
        "buying_role": 60,
        "email": 254,
        "phone": 40,
    },
    required=(
        (("account_external_id",), ("account_name",)),
        (("name",), ("first_name", "last_name")),
    ),
    telling=frozenset({"external_id", "name", "first_name", "last_name"}),
    free_text=("name", "first_name", "last_name", "credentials", "title", "role", "buying_role"),
    also={},
)

_BEHIND_NAMES = """
acm acm-rn acnp agnp aprn arnp atc aud ba bcba bs bsn bsw cbis cbist cca ccc ccc-a ccc-slp ccm
ccrn cdcm cdp cfp chfc chpn clcp clu cmsw cna cnl cns cnrn cota cpa cpc cpcu cphq crc crna crnp
crrn cwocn dc dds dmd dmin dnp do dpm dpt drph ed edd esq faan faapmr facep facp facs fache fnp
fnp-bc fnp-c gcs gnp jd labp lbsw lcpc lcsw lcsw-r licsw lisw lmft lmhc lmsw lnha lpc lpcc lpn
lsw lvn ma mba mbbs md mha mot mph mpt ms msn msot mspt mssw msw nbc-hwc ncs nea-bc nha np np-c
ocn ocs od ot otd otr otr/l pa pa-c pharmd phd pmhnp pmp pnp psyd pt pta rd rdn rn rn-bc rnc rph
rrt slp
"""

CREDENTIALS = frozenset(_BEHIND_NAMES.split())
"""Degrees and licenses written behind a name, without dots."""

_PLAIN = ("external_id", "title", "email", "phone")


@dataclass(frozen=True, slots=True)
class ContactRow:
    """What one line says.

    account  the id or the name of the account, and `by` the field that gave it.
    told     columns of the contact's row and the values the line gives them.
    role     a label of the list of contact roles, `buying_role` one of that of buying roles.
    """

    line: int
    key: str
    by: str
    account: str
    told: Mapping[str, str]
    role: str | None
    buying_role: str | None


def row(line: int, values: Mapping[str, str]) -> ContactRow:
    """The line's contact. Raises BadRow."""
    name, credentials = split_credentials(_full_name(values))
    if len(name) > 120:
        raise LongField("name", 120)
    if not name_key(name):
        raise EmptyField("name")
    told = {field: values[field] for field in _PLAIN if field in values}
    told["name"] = name
    if found := values.get("credentials", credentials):
        told["credentials"] = found
    by = "account_external_id" if "account_external_id" in values else "account_name"
    return ContactRow(
        line=line,
        key=name_key(name),
        by=by,
        account=values[by],
        told=told,
        role=values.get("role"),
        buying_role=values.get("buying_role"),
    )


def check(values: Mapping[str, str]) -> None:
    """Whether every row may have these values. Raises BadRow."""
    row(0, {"account_name": "-", "name": "-", **values})


def split_credentials(name: str) -> tuple[str, str]:
    """A name and what stands behind it: "Gretchen Ahlers, RN, CCM" is ("Gretchen Ahlers",
    "RN, CCM").

    Only after a comma, and only what is on the list, so that "Ahlers, Jo" stays a name and
    nobody called Ma or Do loses theirs.
    """
    parts = [part.strip() for part in name.split(",")]
    cut = len(parts)
    while cut > 1 and _are_credentials(parts[cut - 1]):
        cut -= 1
    behind = ", ".join(part for part in parts[cut:] if part)
    if not behind or len(behind) > 60:
        return name, ""
    return ", ".join(parts[:cut]), behind


def _are_credentials(words: str) -> bool:
    return all(word.replace(".", "").casefold() in CREDENTIALS for word in words.split())


def _full_name(values: Mapping[str, str]) -> str:
    if "name" in values:
        return values["name"]
    return " ".join(values[part] for part in ("first_name", "last_name") if part in values)
