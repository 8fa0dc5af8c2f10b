#!/usr/bin/env bash
# A Postfix of Debian on loopback, in a folder of its own, for `bin/bench postfix`:
#
#   bench/postfix.sh start FOLDER PORT   unpacks the package, writes the configuration, starts it
#   bench/postfix.sh queue FOLDER        what `mailq` knows, one line of JSON for each message
#   bench/postfix.sh stop FOLDER         stops it by the process id that it has written down
#
# Nothing is installed, and nothing leaves this machine: it listens on 127.0.0.1 alone, takes mail for example.org and
# later.example.org only, throws away what is for the first and keeps what is for the second in its queue, since
# nobody listens where that would go, on this machine too. It must be started as root, and becomes two of Debian's users that own no files.
set -euo pipefail

folder=$(mkdir -p "$2" && chmod 755 "$2" && cd "$2" && pwd -P)
programs=$folder/debian/usr/lib/postfix
export LD_LIBRARY_PATH=$programs
export MAIL_CONFIG=$folder/etc

unpack() {
    [ ! -e "$programs/sbin/master" ] || return 0
    mkdir -p "$folder/debian"
    (
        cd "$folder"
        apt-get download -qq postfix 2>/dev/null || { apt-get update -qq && apt-get download -qq postfix; }
        dpkg -x postfix_*.deb debian
    )
}

configure() {
    local port=$1 service
    mkdir -p "$folder/etc" "$folder/queue" "$folder/data"
    chown uucp "$folder/data"
    cat > "$folder/etc/main.cf" <<MAIN
compatibility_level = 3.6
command_directory = $folder/debian/usr/sbin
daemon_directory = $programs/sbin
shlib_directory = $programs
meta_directory = $folder/debian/etc/postfix
data_directory = $folder/data
queue_directory = $folder/queue
mail_owner = uucp
setgid_group = irc
default_privs = nobody
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME LD_LIBRARY_PATH
maillog_file_prefixes = $folder
maillog_file = $folder/mail.log
myhostname = postfix.example.net
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
relay_domains = example.org, later.example.org
smtpd_relay_restrictions = permit_auth_destination, reject
transport_maps = inline:{ { example.org = discard: }, { later.example.org = smtp:[127.0.0.1]:1 } }
default_transport = discard:
smtputf8_enable = yes
enable_long_queue_ids = yes
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
default_process_limit = 100
fast_flush_domains =
MAIN
    cat > "$folder/etc/master.cf" <<MASTER
127.0.0.1:$port inet n - n - - smtpd
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
discard   unix - - n - - discard
retry     unix - - n - - error
smtp      unix - - n - - smtp
error     unix - - n - - error
showq     unix n - n - - showq
proxymap  unix - - n - - proxymap
anvil     unix - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
MASTER
    for service in active bounce corrupt defer deferred flush hold incoming private saved trace; do
        install -d -o uucp -m 700 "$folder/queue/$service"
    done
    install -d -m 755 "$folder/queue/pid"
    install -d -o uucp -g irc -m 710 "$folder/queue/public"
    install -d -o uucp -g irc -m 730 "$folder/queue/maildrop"
    : > "$folder/mail.log"
}

# The way to the folder must be open to the two users.
reachable() {
    local path=$folder
    while [ "$path" != / ]; do
        case $(stat -c %A "$path") in
            *x | *t) path=$(dirname "$path") ;;
            *) echo "postfix.sh: $path must be open to others (chmod o+x)" >&2 && exit 1 ;;
        esac
    done
}

case $1 in
    start)
        unpack
        configure "$3"
        reachable
        "$programs/sbin/master" -c "$folder/etc" -w || { cat "$folder/mail.log" >&2; exit 1; }
        ;;
    queue) "$folder/debian/usr/sbin/postqueue" -c "$folder/etc" -j ;;
    stop)
        pid=$(tr -d ' ' < "$folder/queue/pid/master.pid")
        kill "$pid"
        for _ in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || exit 0
            sleep 0.1
        done
        echo "postfix.sh: process $pid does not end" >&2
        exit 1
        ;;
    *)
        sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
        exit 1
        ;;
esac
