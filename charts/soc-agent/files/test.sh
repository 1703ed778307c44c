# What `helm test` runs: whether the application answers, from inside of the cluster. In the words of every
# image that serves pages, for the backend's may be of any language. It reads only, unless TRIGGER asks for a
# threat. Every step is tried again for a while, since a network policy takes a moment to know a new pod.
PATIENCE_SECONDS=20

if ! command -v curl >/dev/null; then
  echo "failed  this image has no curl: name one that has a shell and curl in helmTest.image"
  exit 1
fi

# Asks for a URL, with curl's options after it. Leaves the answer in $body, and what is wrong in $problem.
ask() {
  url=$1
  shift
  if ! body=$(curl --silent --show-error --location --max-time 3 --write-out '\n%{http_code}' "$@" "$url" 2>&1); then
    problem=$body
    return 1
  fi
  # The status stands in a line of its own, after the last one of the body.
  status=${body##*
}
  body=$(printf %s "$body" | sed '$d')
  problem="$url answered $status: $(printf %.500s "$body")"
  test "$status" -ge 200 && test "$status" -le 299
}

# Asks with a token, if there is one: with a login the pod gets those of a reader and of who may send threats.
as() {
  token=$1
  shift
  if [ -n "$token" ]; then
    ask "$@" --header "authorization: Bearer $token"
  else
    ask "$@"
  fi
}

health() { ask "$BACKEND_URL$HEALTH_PATH"; }
ready() { ask "$BACKEND_URL$READY_PATH"; }
dashboard() { ask "$FRONTEND_URL/"; }

trigger() {
  as "$INGEST_TOKEN" "$BACKEND_URL/api/threats/trigger" \
    --header 'content-type: application/json' --data '{"threat_type":"bot_traffic"}' || return
  # Its id is the first field.
  threat=$(printf %s "$body" | tr -d '\n' | sed -n 's/^[^"]*"id" *: *"\([^"]*\)".*/\1/p')
  problem="$url answered no threat: $(printf %.500s "$body")"
  test -n "$threat"
}

list() {
  as "$READER_TOKEN" "$BACKEND_URL/api/threats?limit=100" || return
  case $body in
    "["*"]") ;;
    *)
      problem="$url answered no list: $(printf %.500s "$body")"
      return 1
      ;;
  esac
  problem="threat $threat, which was just triggered, is not in the list"
  case $body in
    *"\"$threat\""*) ;;
    *) test -z "$threat" ;;
  esac
}

# Nobody without a token gets in.
closed() {
  ask "$BACKEND_URL/api/threats"
  test "$status" = 401
}

# The proxy sends a browser to the provider.
login() {
  if ! found=$(curl --silent --show-error --max-time 3 --output /dev/null --write-out '%{http_code} %{redirect_url}' --header 'accept: text/html' "$AUTH_URL/" 2>&1); then
    problem=$found
    return 1
  fi
  problem="$AUTH_URL/ does not lead to the provider, but answered $found"
  case $found in
    302\ *response_type=code*) ;;
    *) return 1 ;;
  esac
}

step() {
  end=$(($(date +%s) + PATIENCE_SECONDS))
  until "$1"; do
    if [ "$(date +%s)" -ge "$end" ]; then
      echo "failed  $1: $problem"
      exit 1
    fi
    sleep 1
  done
  echo "ok      $1"
}

threat=
step health
step ready
[ -z "$TRIGGER" ] || step trigger
[ -n "$AUTH_URL" ] && [ -z "$READER_TOKEN" ] || step list
step dashboard
[ -z "$AUTH_URL" ] || step closed
[ -z "$AUTH_URL" ] || step login
