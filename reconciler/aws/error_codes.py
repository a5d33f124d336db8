"""The table of AWS's error codes: what each means for whoever made the call.

Every error shape of the service models in use stands here exactly once (of a service with a single operation in use,
that one's: `tests/aws/test_error_mapping.py`), beside the codes that AWS documents as common to all services and EC2's,
which its model does not list.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from reconciler.errors import (
    AccessDenied,
    AlreadyExists,
    AwsCallError,
    Conflict,
    CredentialsExpired,
    NotFound,
    OutcomeUnknown,
    Rejected,
    Throttled,
)

_NOT_FOUND = """
    ClusterNotFoundException DaemonNotFoundException GatewayNotFoundException ImageNotFoundException
    NamespaceNotFoundException NoSuchEntity NotFound RepositoryNotFoundException ResourceNotFoundException
    ServiceDeploymentNotFoundException ServiceNotFoundException TargetNotFoundException TaskSetNotFoundException
"""
_ALREADY_EXISTS = "EntityAlreadyExists ResourceAlreadyExistsException"
_ACCESS_DENIED = """
    AccessDenied AccessDeniedException AuthFailure AuthorizationError Blocked BlockedException KMSAccessDenied
    OptInRequired RegionDisabledException UnauthorizedOperation
"""
_CREDENTIALS = """
    ExpiredToken ExpiredTokenException ExpiredTradeInTokenException IncompleteSignature InvalidClientTokenId
    InvalidSignatureException InvalidSubjectCredentials MissingAuthenticationToken MissingAuthenticationTokenException
    RequestExpired RequestTimeTooSkewed SignatureDoesNotMatch UnrecognizedClientException
"""
_THROTTLED = """
    ConcurrentModification ConcurrentModificationException EntityTemporarilyUnmodifiable KMSThrottling
    OperationAbortedException ReportInProgress RequestLimitExceeded RequestThrottled RequestThrottledException SlowDown
    ThrottledException Throttling ThrottlingException TooManyRequestsException UpdateInProgressException
"""
_OUTCOME_UNKNOWN = """
    IDPCommunicationError InternalError InternalException InternalFailure InternalServerError InternalServerException
    InternalServiceError InternalServiceException InternalStreamingException OpenIdIdpCommunicationError
    PolicyEvaluation RequestTimeout RequestTimeoutException ServerException ServiceFailure ServiceUnavailable
    ServiceUnavailableException SessionStreamingException SessionTimeoutException Unavailable
"""
_REJECTED = """
    AccountNotManagementOrDelegatedAdministratorException AttributeLimitExceededException
    CallerIsNotManagementAccountException ClientException ClusterContainsCapacityProviderException
    ClusterContainsContainerInstancesException ClusterContainsServicesException ClusterContainsTasksException
    ConstraintViolationException DaemonNotActiveException DataAlreadyAcceptedException DeleteConflict
    DuplicateCertificate DuplicateSSHPublicKey EndpointDisabled FeatureDisabled FeatureEnabled IDPRejectedClaim
    IllegalStatusException InsufficientSessionLifetime InvalidAuthenticationCode InvalidAuthorizationMessageException
    InvalidCertificate InvalidContextAssertion InvalidEventPatternException InvalidFilterKey InvalidFilterOption
    InvalidFilterValue InvalidIdentityToken InvalidInput InvalidNextToken InvalidOperationException InvalidParameter
    InvalidParameterException InvalidPublicKey InvalidSecurity InvalidSequenceTokenException InvalidStateException
    InvalidUserType JWTPayloadSizeExceededException KMSDisabled KMSInvalidState KMSNotFound KMSOptInRequired
    KeyPairMismatch LimitExceeded LimitExceededException MalformedCertificate MalformedPolicyDocument
    MalformedQueryException ManagedRuleException MissingVersionException NameConflict NoUpdateAvailableException
    NotSupportedService OperationDisabledException OrganizationNotFoundException
    OrganizationNotInAllFeaturesModeException OutboundWebIdentityFederationDisabledException PackedPolicyTooLarge
    PaginationTokenExpiredException ParameterValueInvalid PasswordPolicyViolation PlatformApplicationDisabled
    PlatformTaskDefinitionIncompatibilityException PlatformUnknownException PolicyLengthExceededException
    PolicyNotAttachable ReportExpired ReportGenerationLimitExceeded ReportNotPresent ResourceInUseException RoleModified
    RoleTemplateDisabled ServiceAccessNotEnabledException ServiceNotActiveException ServiceQuotaExceededException
    SessionDurationEscalationException TargetNotConnectedException TooManyTagsException UnmodifiableEntity
    UnrecognizedPublicKeyEncoding UnsupportedFeatureException ValidationException
"""

#: Code → class. AWS uses a code in the same sense in every service, but for the rows of SPECIAL.
CODES: Final[Mapping[str, type[AwsCallError]]] = {
    code: kind
    for kind, codes in (
        (NotFound, _NOT_FOUND),
        (AlreadyExists, _ALREADY_EXISTS),
        (Conflict, "ConflictException"),
        (AccessDenied, _ACCESS_DENIED),
        (CredentialsExpired, _CREDENTIALS),
        (Throttled, _THROTTLED),
        (OutcomeUnknown, _OUTCOME_UNKNOWN),
        (Rejected, _REJECTED),
    )
    for code in codes.split()
}

#: Where the sense depends on the call or on the message: (call, code, pattern of the message, class). A call that
#: ends with `*` stands for every operation that begins so.
SPECIAL: Final[Sequence[tuple[str, str, re.Pattern[str], type[AwsCallError]]]] = tuple(
    (call, code, re.compile(message, re.IGNORECASE), kind)
    for call, code, message, kind in (
        # the only words that DescribeTaskDefinition has for an unknown one
        ("ecs:DescribeTaskDefinition", "ClientException", r"unable to describe task definition", NotFound),
        # StopTask of a task that is gone; TagResource of a resource that is
        ("ecs:*", "InvalidParameterException", r"the (referenced|specified) \w+ (was|is) not found", NotFound),
        # ECS refuses a second registration of a family while the first goes on (hako, prefect#15865)
        ("ecs:RegisterTaskDefinition", "ClientException", r"too many concurrent attempts", Throttled),
        # a name that is taken (Scheduler API reference, CreateSchedule)
        ("scheduler:Create*", "ConflictException", r"", AlreadyExists),
        ("batch:*", "ClientException", r"does not exist|not found", NotFound),
    )
)


def classify(action: str, code: str, message: str, status: int) -> type[AwsCallError]:
    """Answer the class of an error that AWS answered `action` (`ecs:RunTask`) with; unlisted codes by HTTP status."""
    for call, special, pattern, kind in SPECIAL:
        if special == code and _covers(call, action) and pattern.search(message):
            return kind
    if code in CODES:
        return CODES[code]
    if code.endswith(".NotFound"):  # EC2: InvalidVpcID.NotFound
        return NotFound
    return OutcomeUnknown if status >= 500 else Rejected


def _covers(call: str, action: str) -> bool:
    return call == action or (call.endswith("*") and action.startswith(call[:-1]))
