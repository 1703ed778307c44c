#!/bin/sh
# Removes the add-ons that a stack installed in its Kind cluster and no longer wants. Run by the
# AddOnRemoval component before it installs any other. Prints the wanted add-ons, which is what the next
# run gets as PULUMI_COMMAND_STDOUT.
#
# WANTED                 add-ons to keep, as namespace/release, separated by spaces
# PULUMI_COMMAND_STDOUT  add-ons that the last run kept
# KUBECONFIG             the cluster's kubeconfig
set -eu
: "${KUBECONFIG:?}"

for addon in ${PULUMI_COMMAND_STDOUT-}; do
  case " $WANTED " in *" $addon "*) continue ;; esac
  namespace=${addon%/*}
  release=${addon#*/}
  # Assigned, so that a cluster that does not answer ends this script. An unfinished release counts too.
  found=$(helm list --all --namespace "$namespace" --filter "^$release\$" --short)
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
