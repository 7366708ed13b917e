"""The page on which every fact stands with its source.

Facts that CloudFormation's schemas or botocore's models know were compared with
them, and stand under what confirmed them; one that differs on purpose stands
with its reason. What neither knows is listed under the source that the
definition itself names.
"""

from collections import defaultdict

# A check, in words, and who says the same.
CHECKS = {
    "cfn exists": ("is a property", "CloudFormation: properties"),
    "cfn required": ("required", "CloudFormation: required"),
    "cfn create-only": ("cannot be changed", "CloudFormation: createOnlyProperties"),
    "cfn write-only": ("never read back", "CloudFormation: writeOnlyProperties"),
    "cfn set": ("a list without order", "CloudFormation: insertionOrder, uniqueItems"),
    "cfn cidr": ("a range of addresses", "CloudFormation: format"),
    "cfn values": ("values that exist", "CloudFormation: enum"),
    "cfn tag on create": ("tags go with the creation", "CloudFormation: tagging"),
    "cfn identifier": ("identified by", "CloudFormation: primaryIdentifier"),
    "cfn output": ("given back", "CloudFormation: readOnlyProperties"),
    "cfn name length": ("length of the name", "CloudFormation: minLength, maxLength"),
    "api token": ("creation takes a token", "botocore: idempotencyToken"),
    "api exists": ("is a member of the call", "botocore: input shape"),
    "api required": ("the call requires it", "botocore: required"),
    "api values": ("values that exist", "botocore: enum"),
    "api states": ("states that exist", "botocore: enum"),
    "api code": ("errors that exist", "botocore: error shapes"),
    "api name length": ("length of the name", "botocore: min, max"),
    "permission exists": ("actions that exist", "botocore: operations"),
    "permission cfn": ("actions that are needed", "CloudFormation: handlers"),
    "permission call": ("calls that are permitted", "botocore: operations"),
    "permission not needed": ("actions left out", "CloudFormation: handlers"),
    "quota": ("default quota", "moto: default quotas of VPCs"),
    "path": ("path of a managed policy", "moto: managed policies"),
    "versions": ("versions on offer", "cfn-lint: engine versions"),
    "classes": ("instance classes", "cfn-lint: instance classes"),
}

# Facts of a type that no schema and no model knows.
DECLARED = [
    ("creation", lambda fact: life(fact["create"])),
    ("update", lambda fact: life(fact["update"])),
    ("deletion", lambda fact: life(fact["delete"])),
    ("needs", lambda fact: "; ".join(need["what"] for need in fact["needs"])),
    ("blocks its deletion", lambda fact: "; ".join(one["when"] for one in fact["blocked"])),
    ("unique", lambda fact: "; ".join(" + ".join(one["fields"]) for one in fact["unique"])),
    ("quota", lambda fact: quota(fact["quota"])),
]


def life(phase):
    states = f", {' -> '.join(phase['states'])}" if phase["states"] else ""
    return f"{phase['typical_s']} s{states}"


def quota(found):
    return f"{found['default']} ({found['code'] or 'no code'})" if found else ""


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def shown(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return quoted(value) if value else "none"
    return cell(value)


def quoted(names):
    return ", ".join(f"`{cell(name)}`" for name in sorted(set(names)))


def found(rows):
    """The facts of one check: names under yes and no, or each with its value."""
    if all(isinstance(ours, bool) for _, ours in rows):
        groups = [("", [on for on, ours in rows if ours]), ("not ", [on for on, ours in rows if not ours])]
        if not any(on for on, _ in rows):
            return "yes" if rows[0][1] else "no"
        return "; ".join(f"{word}{quoted(names)}" for word, names in groups if names)
    if all(ours == [] for _, ours in rows):
        names = quoted(on for on, _ in rows if on)
        return names or "all that are declared"
    return "; ".join(f"{quoted([on]) if on else ''} {shown(ours)}".strip() for on, ours in rows)


def section(fact, rows):
    lines = [f"## {fact['name']}", "", f"The definition: {fact['source']}.", ""]
    lines += ["| fact | of | source |", "|---|---|---|"]
    by_check = defaultdict(list)
    for check, on, ours, reason in rows:
        if reason is None:
            by_check[check].append((on, ours))
    for check, (words, source) in CHECKS.items():
        if by_check[check]:
            lines.append(f"| {words} | {found(by_check[check])} | {source} |")
    for words, of in DECLARED:
        if value := of(fact):
            lines.append(f"| {words} | {cell(value)} | the definition |")
    for check, on, ours, reason in rows:
        if reason is not None:
            words, source = CHECKS[check]
            of = f": {quoted([on])}" if on else ""
            lines.append(f"| {words}{of} | {shown(ours)} | differs from {source}: {cell(reason)} |")
    return "\n".join(lines)


def render(types, rows):
    by_type = defaultdict(list)
    for ty, check, on, ours, reason in rows:
        by_type[ty].append((check, on, ours, reason))
    sections = [section(fact, by_type[fact["name"]]) for fact in types if fact["kind"] != "Lookup"]
    head = (
        "# Facts and their sources\n\n"
        "Written by `cargo xtask docs`, checked by `cargo xtask test facts`; do not edit. What CloudFormation's\n"
        "schemas (as cfn-lint carries them) or botocore's models know was compared with them; what neither knows\n"
        "stands under the source that the definition names.\n\n"
    )
    return head + "\n\n".join(sections) + "\n"
