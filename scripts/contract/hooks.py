"""In place of Schemathesis's `positive_data_acceptance`, which takes every 422 to a body that fits its schema for a fault:
an operation may document in words, as its 422, rules between fields that no schema can say. The fields that the answer blames
must be named there, in backticks."""

import re

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import positive_data_acceptance


@schemathesis.check
def valid_data_is_refused_only_by_documented_rules(ctx, response, case):
    try:
        return positive_data_acceptance(ctx, response, case)
    except RejectedPositiveData:
        rule = case.operation.definition.raw.get("responses", {}).get("422", {}).get("description", "")
        documented = set(re.findall(r"`([^`]+)`", rule))
        blamed = {error["field"] for error in response.json().get("errors", [])} if response.status_code == 422 else set()
        if blamed and blamed <= documented:
            return None
        raise
