#!/bin/sh
# Runs in the container before nginx: writes where the backend is, for nginx to include.
#
# The backend's name is resolved while nginx runs, so that it starts without the backend and follows
# it to another address. For that nginx asks the name servers itself, and it neither reads
# resolv.conf nor completes short names. In Kubernetes the first search domain is that of the pod's
# own namespace (<namespace>.svc.<cluster domain>), which completes the name of a Service.
set -eu
host=${BACKEND_HOST:-backend}
port=${BACKEND_PORT:-8000}
resolv=${RESOLV_CONF:-/etc/resolv.conf}

# "nameserver" lines; an IPv6 address needs brackets in nginx, and cannot have a zone.
servers=$(awk '$1 == "nameserver" { sub(/%.*/, "", $2); print ($2 ~ /:/) ? "[" $2 "]" : $2 }' "$resolv" | xargs)
domain=$(awk '$1 == "search" { for (i = 2; i <= NF; i++) if ($i ~ /\.svc\./) { print $i; exit } }' "$resolv")

case $host in
\[*) ;;
*:*) host=[$host] ;; # an IPv6 address
*.*) ;;
*) host=$host${domain:+.$domain} ;;
esac

{
  echo "map \"\" \$backend { default \"http://$host:$port\"; }"
  # Without a name server only an address can be the backend, and needs none.
  [ -z "$servers" ] || echo "resolver $servers valid=10s;"
} >"${BACKEND_CONF:-/tmp/backend.conf}"
