#!/bin/sh
# Removes the add-ons that a stack installed in its Kind cluster and no longer wants. Run by the
# AddOnRemoval component before it installs any other. Prints the wanted add-ons, which is what the next
# run gets as PULUMI_COMMAND_STDOUT.
#
# WANTED                 add-ons to keep, as namespace/release, separated by spaces; and what the stack has made
#                        beside one, which goes with it, as namespace/release:kind/name
# PULUMI_COMMAND_STDOUT  those that the last run kept
# KUBECONFIG             the cluster's kubeconfig
set -eu
kubeconfig=${KUBECONFIG:?}
# shellcheck source=scripts/environment.sh
. "$(dirname "$0")/environment.sh"
export KUBECONFIG="$kubeconfig"
# Whatever state a release is in: Helm 3 lists some of them only, and Helm 4 has no --all.
states="--deployed --failed --pending --superseded --uninstalled --uninstalling"

for addon in ${PULUMI_COMMAND_STDOUT-}; do
  beside=${addon#*:}
  addon=${addon%%:*}
  case " $WANTED " in *" $addon "*) continue ;; esac
  namespace=${addon%/*}
  release=${addon#*/}
  if [ "$beside" != "$addon" ]; then
    kubectl delete "$beside" --namespace "$namespace" --ignore-not-found --timeout 2m >&2
    continue
  fi
  # Assigned, so that a cluster that does not answer ends this script. An unfinished release counts too.
  # shellcheck disable=SC2086
  found=$(helm list $states --namespace "$namespace" --filter "^$release\$" --short)
  if [ -n "$found" ]; then
    echo "Removing $release" >&2
    helm uninstall "$release" --namespace "$namespace" --wait --timeout 2m >&2
  fi
  # A namespace of its own still has what its pods made, leases for one.
  if [ "$namespace" = "$release" ]; then
    kubectl delete namespace "$namespace" --ignore-not-found --timeout 2m >&2
  fi
done
echo "$WANTED"
