# shellcheck shell=bash
# Sourced by the programs in bin/: finds the folder of the repository, a JDK and Maven.

# The oldest Java that runs Reynard.
java_min=25

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# The folder above the one that holds a program, whatever links lead to it.
repository_of() {
    local program=$1 target
    while [ -L "$program" ]; do
        target=$(readlink "$program")
        case $target in
            /*) program=$target ;;
            *) program=$(dirname "$program")/$target ;;
        esac
    done
    (cd "$(dirname "$program")/.." && pwd -P)
}

# Prints the major version of the Java in a folder, such as 25; fails if there is none.
java_major() {
    local home=$1 version
    [ -x "$home/bin/java" ] || return 1
    if [ -r "$home/release" ]; then
        version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    else
        version=$("$home/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
    fi
    [ -n "$version" ] && echo "$version"
}

# Sets JAVA_HOME to a JDK that is new enough: the caller's choice first, then what lies in the usual places.
find_jdk() {
    local home on_path version
    on_path=$(command -v java || true)
    if [ -n "$on_path" ]; then
        on_path=$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")
        on_path=${on_path%/bin/java}
    fi
    for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/* ~/.sdkman/candidates/java/* ~/.jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        [ -n "$home" ] && [ -x "$home/bin/javac" ] || continue
        version=$(java_major "$home") || continue
        if [ "$version" -ge "$java_min" ]; then
            export JAVA_HOME=$home
            return
        fi
    done
    die "no JDK $java_min or newer was found: install one (https://adoptium.net, or \`sdk install java 25-tem\`)" \
        "and set JAVA_HOME to its folder."
}

find_maven() {
    command -v mvn >/dev/null || die "Maven is needed to build Reynard: install it (Debian: apt-get install maven)."
}

# Runs a command while no other process runs one with the same lock file. Without flock (macOS) it just runs.
alone() {
    local lock=$1
    shift
    if command -v flock >/dev/null; then
        # Locked as long as descriptor 9 is open; what the command leaves running must not keep it.
        (flock 9 && "$@" 9>&-) 9>"$lock"
    else
        "$@"
    fi
}

# Installs a Debian package, as root on Debian, if a command is missing.
need() {
    local package=$1 command=$2
    if ! command -v "$command" >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
    fi
    command -v "$command" >/dev/null || die "$command is needed: install the package $package."
}
