"""Compares what the command said of a person with what was written by hand."""


def of(person):
    """A name for the test that reads as the person's story."""
    return f"{person.number} {person.story}"


def found_in(report):
    """The findings by what identifies a membership; two for one membership would be a fault."""
    keys = [(f["directory"], f["entitlement"], f["account"]) for f in report["findings"]]
    assert len(keys) == len(set(keys))
    return dict(zip(keys, report["findings"], strict=True))


def assert_person(city, person, findings):
    """Each right of the person is said to be what was expected, and nothing else."""
    for expected in person.expected:
        key = (city.directory_of(expected.right), expected.right, expected.account)
        if expected.verdict == "justified":
            assert key not in findings
        else:
            assert key in findings
            assert_as_expected(expected, findings[key])


def assert_as_expected(expected, finding):
    said = {"verdict": finding["verdict"], "reasons": finding["reasons"]}
    if expected.verdict == "unknown":
        assert finding["verdict"] == "unknown"
        return
    if expected.reasons == ["any"]:
        said["reasons"] = ["any"]
    assert said == {"verdict": expected.verdict, "reasons": expected.reasons}
    if expected.since:
        assert finding["since"] == (None if expected.since == "none" else expected.since)
    if finding["since"]:
        assert finding["due"] == f"{finding['since']}T00:00:00+09:00"
    assert set(expected.because) <= set(finding["because"])
    if expected.path:
        assert finding["path"].startswith(expected.path)
    if expected.path and expected.via not in (None, "primary"):
        assert expected.via in finding["path"]
