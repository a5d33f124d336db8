from reconciler.local import LocalAws


def test_a_call_is_answered_logged_and_dated_by_the_virtual_clock(aws: LocalAws) -> None:
    aws.client("sts").get_caller_identity()
    assert aws.calls.counts() == {"sts:GetCallerIdentity": 1}
    aws.advance(3600)
    answer = aws.client("sts").get_caller_identity()
    assert answer["ResponseMetadata"]["HTTPHeaders"]["date"] == "Thu, 01 Jan 2026 01:00:00 GMT"
