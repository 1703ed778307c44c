#!/bin/sh
# Creates and deletes the stack's Kind cluster. Run by the KindCluster component, which also judges
# beforehand whether a cluster of that name may be touched (machine/read.ts); the checks here are the same
# ones, made once more right before anything is deleted, because minutes can lie in between.
#
#   kind-cluster.sh create      the cluster's configuration on standard input
#   kind-cluster.sh kubeconfig  writes KUBECONFIG_FILE and prints it
#   kind-cluster.sh mirrors     runs the script on standard input in every node
#   kind-cluster.sh ready       waits until all nodes take pods
#   kind-cluster.sh delete
#
# CLUSTER_NAME     the cluster
# IDENTITY         the label value that marks it as this stack's
# KUBECONFIG_FILE  the stack's own kubeconfig; the identity is remembered beside it
# NAMESPACE        namespace that the kubeconfig's context starts in (kubeconfig only)
set -eu
umask 077
# shellcheck source=scripts/environment.sh
. "$(dirname "$0")/environment.sh"
: "${CLUSTER_NAME:?}" "${IDENTITY:?}" "${KUBECONFIG_FILE:?}"
identity_file=${KUBECONFIG_FILE%.*}.identity
# Number of the process that creates the cluster.
pid_file=${KUBECONFIG_FILE%.*}.pid
# The user's own kubeconfig is never read nor written.
export KUBECONFIG="$KUBECONFIG_FILE"

# Ends an earlier `kind create` of this stack whose parent was killed. It would go on beside the next one,
# and when its nodes are removed it cleans up by the cluster's name: it would delete the new nodes.
end_earlier() {
  pid=$(cat "$pid_file" 2>/dev/null) || return 0
  # The number may be another process's by now.
  while ps -p "$pid" -o args= 2>/dev/null | grep -q "kind create cluster --name $CLUSTER_NAME "; do
    # Its children too: a `docker run` that goes on would add a node to those that are removed next.
    # shellcheck disable=SC2046
    kill -KILL "$pid" $(pgrep -P "$pid") 2>/dev/null || true
    sleep 0.1
  done
  rm -f "$pid_file"
}

# The node containers. Assigned, because only an assignment ends this script when Docker does not
# answer: in a test an unreachable Docker would look like a cluster that is gone.
find_nodes() {
  nodes=$(docker ps --all --quiet --filter "label=io.x-k8s.kind.cluster=$CLUSTER_NAME" </dev/null)
}

# Removes the nodes, and those that the engine was still making for a client that is gone: until three
# looks in a row find none.
remove_nodes() {
  looks=0
  while [ "$looks" -lt 3 ]; do
    find_nodes
    if [ -z "$nodes" ]; then
      looks=$((looks + 1))
      sleep 0.3
    else
      looks=0
      kind delete cluster --name "$CLUSTER_NAME" --kubeconfig "$KUBECONFIG_FILE" </dev/null
    fi
  done
}

# What the nodes say of their identity: nothing before Kind has written its kubeadm configuration,
# "none" when that has no identity in it.
told() {
  for node in $nodes; do
    if docker cp "$node:/kind/kubeadm.conf" - </dev/null >"$scratch" 2>/dev/null; then
      grep -aom1 'soc-agent\.dev/identity=[A-Za-z0-9._-]*' "$scratch" | head -n 1 | cut -d= -f2 | grep . || echo none
      return
    fi
  done
}

# Whether the nodes are this stack's: they say so, or an interrupted run left them before they could.
is_ours() {
  remembered=$(cat "$identity_file" 2>/dev/null || true)
  told=$(told)
  [ "$told" = "$IDENTITY" ] && return 0
  [ -n "$remembered" ] && { [ "$told" = "$remembered" ] || [ -z "$told" ]; }
}

create() {
  end_earlier
  find_nodes
  if [ -n "$nodes" ]; then
    if ! is_ours; then
      echo "A Kind cluster named $CLUSTER_NAME exists and was not made by this stack: it is left alone." >&2
      echo "Delete it (npm run tools -- kind delete cluster --name $CLUSTER_NAME) or set another name in soc-agent:cluster.kind.name." >&2
      exit 1
    fi
    echo "Removing what an interrupted run left of cluster $CLUSTER_NAME" >&2
    remove_nodes
  fi
  mkdir -p "$(dirname "$KUBECONFIG_FILE")"
  rm -f "$KUBECONFIG_FILE"
  # Remembered before there is anything, so that a run that dies from here on is known to be ours.
  printf '%s\n' "$IDENTITY" >"$identity_file"
  rm -f "$scratch"
  echo $$ >"$pid_file"
  # exec: a signal that ends this command ends kind itself, which has this process's number.
  exec kind create cluster --name "$CLUSTER_NAME" --kubeconfig "$KUBECONFIG_FILE" --config -
}

kubeconfig() {
  # Nothing makes the cluster any more, and its maker's number may be another process's one day.
  rm -f "$pid_file"
  kind export kubeconfig --name "$CLUSTER_NAME" --kubeconfig "$KUBECONFIG_FILE" </dev/null >&2
  # The context starts in the application's namespace: `kubectl get pods -l app=soc-backend` just works.
  kubectl config set-context --current --namespace "$NAMESPACE" </dev/null >&2
  cat "$KUBECONFIG_FILE"
}

mirrors() {
  script=$(cat)
  find_nodes
  for node in $nodes; do
    printf '%s\n' "$script" | docker exec --interactive "$node" sh
  done
}

ready() {
  kubectl wait nodes --all --for=condition=Ready --timeout=180s </dev/null
}

delete() {
  end_earlier
  find_nodes
  if [ -z "$nodes" ]; then
    echo "Cluster $CLUSTER_NAME is gone already" >&2
  elif is_ours; then
    kind delete cluster --name "$CLUSTER_NAME" --kubeconfig "$KUBECONFIG_FILE" </dev/null
  else
    echo "Cluster $CLUSTER_NAME was not made by this stack: it is left alone" >&2
  fi
  rm -f "$KUBECONFIG_FILE" "$identity_file" "$pid_file"
}

scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
case ${1:-} in
  create | kubeconfig | mirrors | ready | delete) "$1" ;;
  *) echo "usage: $0 create|kubeconfig|mirrors|ready|delete" >&2; exit 2 ;;
esac
