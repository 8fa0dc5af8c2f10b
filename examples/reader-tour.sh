#!/usr/bin/env bash
# One reader's way, from a form on a page to the way out, by curl alone: signs up, confirms, receives, clicks and
# unsubscribes. Needs a server with its built-in inbox; starts one of its own unless REYNARD_URL and REYNARD_API_KEY
# name one.
set -euo pipefail
repository=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd -P)
folder=$(mktemp -d)
server=""
finish() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap finish EXIT

fail() {
    echo "reader-tour: $*" >&2
    exit 1
}

if [ -z "${REYNARD_URL:-}" ]; then
    export REYNARD_API_KEY=tour-key-0123456789abcdef
    REYNARD_BOOTSTRAP_API_KEY=$REYNARD_API_KEY "$repository/bin/reynard" serve --port 0 --data-dir "$folder/data" \
        >"$folder/log" 2>&1 &
    server=$!
    for _ in $(seq 600); do
        REYNARD_URL=$(sed -n 's/.*answers on \(http:[^ ]*[0-9]\).*/\1/p' "$folder/log" | head -n 1)
        [ -z "$REYNARD_URL" ] || break
        kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; fail "the server did not start"; }
        sleep 0.2
    done
    [ -n "$REYNARD_URL" ] || fail "the server did not start in time"
fi
: "${REYNARD_API_KEY:?the key of an account}"
email=reader-$(date +%s)-$$@example.org

# The API, as the author uses it.
api() { # method path [json]
    curl -sS --fail-with-body -X "$1" -H "X-Kit-Api-Key: $REYNARD_API_KEY" -H 'Content-Type: application/json' \
        ${3:+-d "$3"} "$REYNARD_URL$2"
}
# One value out of JSON on the standard input: the first "name": of the answer.
value() {
    grep -o "\"$1\":\(\"[^\"]*\"\|[0-9]*\|true\|false\)" | head -n 1 | sed "s/^\"$1\"://; s/^\"//; s/\"$//"
}
# A page, as a browser asks for it; addresses in mails begin with the server's public name.
page() { # method address [form fields ...]
    local method=$1 address=$2 data=()
    shift 2
    for field in "$@"; do data+=(--data-urlencode "$field"); done
    curl -sS --fail-with-body -X "$method" ${data[@]+"${data[@]}"} \
        "$REYNARD_URL/$(echo "$address" | sed 's|^https\{0,1\}://[^/]*||; s|^/||')"
}
# Waits for the reader's mail with this subject and prints it.
mail() {
    local id subject=$1
    for _ in $(seq 150); do
        id=$(api GET "/ext/v1/inbox?to=$email" | tr '{' '\n' | grep -F "\"subject\":\"$subject\"" | value id || true)
        if [ -n "$id" ]; then
            api GET "/ext/v1/inbox/$id"
            return
        fi
        sleep 0.2
    done
    fail "no mail “$subject” has come"
}
# The first link in a mail's plain text that holds a word.
link() {
    grep -o '"text":"[^"]*"' | grep -o 'https\{0,1\}://[^ \\"<>)]*' | grep -F "$1" | head -n 1
}
state() {
    api GET "/v4/subscribers?status=all&email_address=$email" | value state
}

echo "The author makes a sequence, a tag and a form that leads to both."
tag=$(api POST /v4/tags '{"name":"Tour"}' | value id)
sequence=$(api POST /v4/sequences '{"name":"Tea in two letters"}' | value id)
api POST "/v4/sequences/$sequence/emails" '{"subject":"Welcome to tea","delay_value":0,"delay_unit":"days","published":true,
    "content":"<p>Read <a href=\"https://example.org/leaves\">about leaves</a>.</p>"}' >"$folder/answer"
form=$(api POST /ext/v1/forms '{"name":"Tea for friends","type":"hosted"}' | value id)
url=$(api PUT "/ext/v1/forms/$form/page" "{\"confirmation_subject\":\"Is it you?\",
    \"tag_ids\":[$tag],\"sequence_ids\":[$sequence]}" | value url)

echo "A reader sees the form, fills it in and is asked by mail."
stamp=$(page GET "$url" | sed -n 's/.*name="stamp" value="\([^"]*\)".*/\1/p')
[ -n "$stamp" ] || fail "the form has no stamp"
sleep 3
page POST "$url" "email=$email" "stamp=$stamp" | grep -q "Please look into your inbox" || fail "signing up failed"
confirm=$(mail "Is it you?" | link /confirm/)
[ "$(state)" = inactive ] || fail "not confirmed and yet $(state)"

echo "They follow the link, which alone does nothing, and press the button."
page GET "$confirm" | grep -q '<form method="post"' || fail "there is no button"
[ "$(state)" = inactive ] || fail "a link that was only looked at has confirmed"
page POST "$confirm" | grep -q "You are in" || fail "confirming failed"
[ "$(state)" = active ] || fail "confirmed and yet $(state)"

echo "The first email comes; they follow its link."
letter=$(mail "Welcome to tea")
click=$(echo "$letter" | grep -o '"html":"\([^"\\]\|\\.\)*"' | grep -o 'href=\\"[^"\\]*' | sed 's/href=\\"//' | grep -v '/u/' | head -n 1)
target=$(curl -sS -o "$folder/answer" -w '%{redirect_url}' "$REYNARD_URL/$(echo "$click" | sed 's|^https\{0,1\}://[^/]*/||')" || true)
case $click in
    https://example.org/leaves) echo "  (clicks are not tracked)" ;;
    *) case $target in https://example.org/leaves*) ;; *) fail "the link leads to “$target”" ;; esac ;;
esac

echo "They leave by one click, as mail programs do it (RFC 8058)."
leave=$(echo "$letter" | link /u/)
page GET "$leave" | grep -q "Unsubscribe from everything" || fail "there is no page to leave by"
[ "$(state)" = active ] || fail "a page that was only looked at has unsubscribed"
page POST "$leave" "List-Unsubscribe=One-Click" | grep -q "You are unsubscribed" || fail "leaving failed"
[ "$(state)" = cancelled ] || fail "unsubscribed and yet $(state)"

echo "The author sees the record of it all."
subscriber=$(api GET "/v4/subscribers?status=all&email_address=$email" | grep -o '"id":[0-9]*' | head -n 1 | cut -d: -f2)
api GET "/ext/v1/subscribers/$subscriber/consents" | grep -q '"source":"form"' || fail "there is no record of the consent"
echo "The tour is over: signed up, confirmed, received, clicked, unsubscribed."
