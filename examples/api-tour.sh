#!/usr/bin/env bash
# The whole life of one account by curl alone, against a server that runs: bin/reynard serve, then examples/api-tour.sh.
# Ends with 0 when every answer was as it has to be.
#
#   URL      where the server answers (http://127.0.0.1:8080)
#   KEY      an API key; made with bin/reynard keys create when there is none
#   TOKEN    an OAuth token, which bulk operations take; made with bin/reynard tokens create
#   REYNARD  the command that makes them (bin/reynard)
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd -P)
URL=${URL:-http://127.0.0.1:8080}
REYNARD=${REYNARD:-$repository/bin/reynard}
# Who tours twice meets other people.
tour=$(date +%s)-$$
body=$(mktemp)
trap 'rm -f "$body"' EXIT

step() { printf '\n== %s\n' "$*"; }

# shellcheck disable=SC2086 # The command is several words.
KEY=${KEY:-$($REYNARD keys create "tour $tour" | sed -n 's/.*: *//p' | tail -n 1)}
# shellcheck disable=SC2086
TOKEN=${TOKEN:-$($REYNARD tokens create "tour $tour" | sed -n 's/.*: *//p' | tail -n 1)}

# call STATUS VERB PATH [BODY]: asks, shows the beginning of the answer, and ends the tour on another status.
call() {
    local expected=$1 verb=$2 path=$3 status
    status=$(curl -sS -o "$body" -w '%{http_code}' -X "$verb" -H "X-Kit-Api-Key: $KEY" \
        -H 'Content-Type: application/json' ${4+-d "$4"} "$URL$path")
    said "$expected" "$verb" "$path" "$status"
}

# The same with the token.
call_with_token() {
    local expected=$1 verb=$2 path=$3 status
    status=$(curl -sS -o "$body" -w '%{http_code}' -X "$verb" -H "Authorization: Bearer $TOKEN" \
        -H 'Content-Type: application/json' ${4+--data-binary "$4"} "$URL$path")
    said "$expected" "$verb" "$path" "$status"
}

said() {
    printf '%s %s -> %s %s\n' "$2" "$3" "$4" "$(head -c 200 "$body")"
    if [ "$4" != "$1" ]; then
        printf 'expected %s, got %s: %s\n' "$1" "$4" "$(cat "$body")" >&2
        exit 1
    fi
}

# The first number that is called so in the last answer.
number() { sed -n "s/.*[{,]\"$1\":\([0-9][0-9]*\).*/\1/p" "$body" | head -n 1; }

# The first id in it: of the thing that was made or asked for.
id() { grep -o '"id":[0-9]*' "$body" | head -n 1 | cut -d: -f2; }

has() {
    if ! grep -q "$1" "$body"; then
        printf 'the answer does not say %s: %s\n' "$1" "$(cat "$body")" >&2
        exit 1
    fi
}

# await PATH TEXT: asks until the answer says the text, for half a minute.
await() {
    for _ in $(seq 60); do
        # A virtual clock stands still until it is moved, and a real one goes by itself.
        curl -sS -o /dev/null -X POST -H "X-Kit-Api-Key: $KEY" -d '{"by":"PT1S"}' "$URL/ext/v1/clock/advance"
        curl -sS -o "$body" -H "X-Kit-Api-Key: $KEY" "$URL$1"
        if grep -qF "$2" "$body"; then return; fi
        sleep 0.5
    done
    printf '%s does not say %s: %s\n' "$1" "$2" "$(cat "$body")" >&2
    exit 1
}

step "Who am I?"
call 200 GET /v4/account
call 200 PUT /ext/v1/account '{"name":"Tea Letters","postal_address":"1 Tea Street\nLondon"}'

step "A sender, whose owner confirms by the link in a mail"
sender_address=letters-$tour@tea.example
call 201 POST /ext/v1/sending_addresses "{\"email_address\":\"$sender_address\",\"from_name\":\"Tea Letters\"}"
sender=$(id)
has '"is_verified":false'
await "/ext/v1/inbox?to=$sender_address" "\"to\":\"$sender_address\""
mail=$(id)
call 200 GET "/ext/v1/inbox/$mail"
# Links begin with the server's public name, which is another one behind a proxy.
link=$(grep -o '/sender/[A-Za-z0-9_-]*/[A-Za-z0-9_-]\{22,\}' "$body" | head -n 1)
curl -sS -o "$body" -X POST "$URL$link"
call 200 GET "/ext/v1/sending_addresses/$sender"
has '"is_verified":true'

step "A template for what goes out"
call 201 POST /ext/v1/email_templates "{\"name\":\"Tour $tour\",\"html\":\"<html><body>{{ message_content }}<p>{{ address }} {{ unsubscribe_link }}</p></body></html>\"}"
template=$(id)
call 200 GET /v4/email_templates

step "Tags, fields and a form"
call 201 POST /v4/tags "{\"name\":\"Green tea $tour\"}"
tag=$(id)
call 201 POST /v4/custom_fields "{\"label\":\"Cup $tour\"}"
field=$(id)
call 201 POST /ext/v1/forms "{\"name\":\"Front page\",\"type\":\"embed\"}"
form=$(id)

step "A segment: who wears the tag"
call 201 POST /ext/v1/segments "{\"name\":\"Green $tour\",\"filter\":[{\"all\":[{\"type\":\"tag\",\"id\":$tag}]}]}"
segment=$(id)

step "A sequence with two emails"
call 201 POST /v4/sequences "{\"name\":\"Welcome\",\"time_zone\":\"Etc/UTC\",\"email_address\":\"$sender_address\",\"email_template_id\":$template}"
sequence=$(id)
call 201 POST "/v4/sequences/$sequence/emails" '{"subject":"Hello {{ subscriber.first_name }}","content":"<p>Good to have you.</p>","delay_value":0,"delay_unit":"days","published":true}'
call 201 POST "/v4/sequences/$sequence/emails" '{"subject":"Water","content":"<p>80 degrees.</p>","delay_value":2,"delay_unit":"days","published":true}'

step "A webhook that hears of everybody new"
call 201 POST /v4/webhook_endpoints '{"url":"https://hooks.example.com/tour","events":["subscriber.created","subscriber.tag_added"]}'
endpoint=$(id)

step "A person, by the form, with a tag and a field"
call 201 POST /v4/subscribers "{\"email_address\":\"ada-$tour@example.org\",\"first_name\":\"Ada\"}"
ada=$(id)
call 201 POST "/v4/forms/$form/subscribers/$ada" '{"referrer":"https://tea.example/?utm_source=tour"}'
call 201 POST "/v4/tags/$tag/subscribers" "{\"email_address\":\"ada-$tour@example.org\"}"
call 200 GET "/v4/subscribers/$ada?include=attribution,tags"
call 200 GET "/ext/v1/segments/$segment/count"
has '"count":1'

step "A hundred and fifty more at once, which takes a token"
people=$(seq 150 | sed "s/.*/{\"email_address\":\"reader&-$tour@example.org\",\"first_name\":\"Reader &\"}/" | paste -sd, -)
call_with_token 202 POST /v4/bulk/subscribers "{\"subscribers\":[$people]}"

step "Ten at once, whose answer is there at once"
few=$(seq 10 | sed "s/.*/{\"email_address\":\"few&-$tour@example.org\"}/" | paste -sd, -)
call_with_token 200 POST /v4/bulk/subscribers "{\"subscribers\":[$few,{\"email_address\":\"nobody\"}]}"
has '"Email address is invalid"'
few=$(id)
call_with_token 200 POST /v4/bulk/tags/subscribers "{\"taggings\":[{\"tag_id\":$tag,\"subscriber_id\":$few}]}"
call_with_token 200 POST /v4/bulk/custom_fields/subscribers "{\"custom_field_values\":[{\"subscriber_id\":$few,\"subscriber_custom_field_id\":$field,\"value\":\"small\"}],\"callback_url\":null}"
call 200 GET "/v4/tags/$tag/subscribers?include_total_count=true"
has '"total_count":2'

step "Enrolment: she gets the first email at once"
call 201 POST "/v4/sequences/$sequence/subscribers/$ada" '{}'
call 200 GET "/ext/v1/subscribers/$ada/why?sequence_id=$sequence"
call 200 GET "/ext/v1/sequences/$sequence/forecast?days=14"

step "Waiting for the email, and for those that came later"
await "/ext/v1/deliveries?subscriber_id=$ada&state=sent" "\"sequence_id\":$sequence"
call 200 GET "/ext/v1/deliveries?subscriber_id=$ada"
has '"state":"sent"'
await /ext/v1/status '"bulk":{"jobs":0,'
call 200 GET /ext/v1/bulk_jobs
has '"status":"done"'
call 200 GET "/v4/subscribers?email_address=reader150-$tour@example.org"
has '"first_name":"Reader 150"'

step "What became of it"
call 200 GET "/v4/sequences/$sequence?include=stats"
call 200 GET "/v4/subscribers/$ada/stats"
call 200 GET /v4/account/email_stats
call 200 GET /v4/account/growth_stats
call 200 GET "/v4/webhook_endpoints/$endpoint/deliveries"
call 200 GET /ext/v1/status

step "She leaves, and the rest is cleared away"
call 204 POST "/v4/subscribers/$ada/unsubscribe" '{}'
call 200 GET "/ext/v1/subscribers/$ada/why?sequence_id=$sequence"
call 204 DELETE "/v4/webhook_endpoints/$endpoint"
call 204 DELETE "/v4/sequences/$sequence"
call 204 DELETE "/ext/v1/sending_addresses/$sender"
call 200 PUT "/ext/v1/forms/$form" '{"archived":true}'
call 204 DELETE "/ext/v1/segments/$segment"
call 204 DELETE "/v4/custom_fields/$field"
call_with_token 200 DELETE /v4/bulk/tags "{\"tags\":[{\"id\":$tag}]}"
call 204 DELETE "/ext/v1/email_templates/$template"

step "The tour is over; every answer was as it has to be."
