"""What is equal in the pods that AWS Batch runs on EKS; paths begin at `podProperties`."""

from reconciler.core.rule import Equality, Grade, Rule, When
from reconciler.core.rules import AnyOfIsAbsent, Default, EmptyIsAbsent, Keyed, Ordered, Unordered, below, each

_API = "AWS Batch API reference"
_KUBERNETES = "Kubernetes API reference"
_TERRAFORM = "terraform-provider-aws, internal/service/batch/eks_properties.go"

_CONTAINER: tuple[Rule, ...] = (
    Default(path="name", value="Default", source=f"{_API}, EksContainer, name", grade=Grade.DOCUMENTED),
    Default(
        path="imagePullPolicy",
        value="Always",
        when=(When(member=".image", ends=":latest"),),
        source=f"{_API}, EksContainer, imagePullPolicy",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="imagePullPolicy",
        value="IfNotPresent",
        when=(When(member=".image", ends=":latest", negated=True),),
        source=f"{_API}, EksContainer, imagePullPolicy",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Keyed(path="env", by=("name",), scrambled=True, source=_TERRAFORM, grade=Grade.TOOL),
    Keyed(path="volumeMounts", by=("mountPath",), source=f"{_KUBERNETES}, Container", grade=Grade.INFERRED),
    *each(
        Ordered(source=f"{_API}: words of a command line, in order", grade=Grade.DOCUMENTED),
        "command",
        "args",
    ),
    *each(
        Default(value=False, source=f"{_API}: the default", grade=Grade.DOCUMENTED, equality=Equality.SEMANTIC),
        "volumeMounts[].readOnly",
        "securityContext.privileged",
        "securityContext.allowPrivilegeEscalation",
        "securityContext.readOnlyRootFilesystem",
        "securityContext.runAsNonRoot",
    ),
    *each(
        Unordered(source=f"{_KUBERNETES}, Capabilities", grade=Grade.INFERRED),
        "securityContext.capabilities.add",
        "securityContext.capabilities.drop",
    ),
    *each(
        EmptyIsAbsent(source="nothing is asked for", grade=Grade.INFERRED, equality=Equality.SEMANTIC),
        "resources",
        "resources.limits",
        "resources.requests",
        "securityContext",
        "securityContext.capabilities",
    ),
)

POD_PROPERTIES: tuple[Rule, ...] = (
    Default(
        path="hostNetwork",
        value=True,
        source=f"{_API}, EksPodProperties, hostNetwork; {_TERRAFORM}",
        grade=Grade.DOCUMENTED,
    ),
    AnyOfIsAbsent(
        path="dnsPolicy",
        values=("ClusterFirst", "ClusterFirstWithHostNet"),
        source=f"{_API}, EksPodProperties, dnsPolicy: which one depends on whether hostNetwork was written",
        grade=Grade.DOCUMENTED,
    ),
    Keyed(path="containers", by=("name",), source=f"{_API}, EksContainer, name", grade=Grade.DOCUMENTED),
    *below("containers[]", _CONTAINER),
    Ordered(path="initContainers", source=f"{_KUBERNETES}, PodSpec: run one after the other", grade=Grade.DOCUMENTED),
    *below("initContainers[]", _CONTAINER),
    Keyed(path="volumes", by=("name",), source=f"{_KUBERNETES}, PodSpec", grade=Grade.INFERRED),
    Keyed(path="imagePullSecrets", by=("name",), source=_TERRAFORM, grade=Grade.TOOL),
    Default(
        path="volumes[].emptyDir.medium",
        value="",
        source=f"{_API}, EksEmptyDir, medium",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="volumes[].persistentVolumeClaim.readOnly",
        value=False,
        source=f"{_API}, EksPersistentVolumeClaim, readOnly",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    Default(
        path="securityContext.runAsNonRoot",
        value=False,
        source=f"{_API}, EksContainerSecurityContext, runAsNonRoot",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    ),
    *each(
        Default(value=False, source=_KUBERNETES, grade=Grade.INFERRED, equality=Equality.SEMANTIC),
        "shareProcessNamespace",
        "volumes[].secret.optional",
    ),
    *each(
        EmptyIsAbsent(source="nothing is asked for", grade=Grade.INFERRED, equality=Equality.SEMANTIC),
        "metadata",
        "metadata.labels",
        "metadata.annotations",
        "securityContext",
    ),
)
