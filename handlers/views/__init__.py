"""What people see: Block Kit and wording. Pure: values in, blocks out."""
