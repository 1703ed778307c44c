#!/bin/sh
# Runs in the container before nginx: has it include the pages beside the dashboard's, where PAGES names their file.
# Docker Compose names /etc/nginx/pages.conf; in Kubernetes an Ingress leads to them, and nginx has none.
set -eu
echo "${PAGES:+include $PAGES;}" >"${PAGES_CONF:-/tmp/pages.conf}"
