"""What is equal in every answer of AWS, whatever the kind."""

from reconciler.core.rule import Grade, Rule
from reconciler.core.rules import EmptyListIsAbsent, NullIsAbsent

EVERYWHERE: tuple[Rule, ...] = (
    NullIsAbsent(
        path="**",
        source="the ECS console's JSON view shows every unset member as null; botocore drops nulls from answers",
        grade=Grade.SEEN,
    ),
    EmptyListIsAbsent(
        path="**",
        source="describe outputs in public repositories: lists that nobody sent come back as [], "
        "new ones (systemControls, 2024) included",
        grade=Grade.SEEN,
    ),
)
