#!/bin/sh
# Runs in the container before nginx: writes what nginx listens on, for it to include. A kernel without
# IPv6 has not this file, and nginx would not start with an address that no socket can have.
set -eu
{
  echo "listen 80;"
  [ ! -e "${IF_INET6:-/proc/net/if_inet6}" ] || echo "listen [::]:80;"
} >"${LISTEN_CONF:-/tmp/listen.conf}"
