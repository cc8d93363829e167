# SPDX-License-Identifier: Apache-2.0
# Shared by the shell tools: sourced, never run. Callers set `tool` to their own name.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
heimdal_prefix=$root/build/heimdal-prefix

# Sentences for people go to stderr, so that stdout stays what a tool was asked for.
say() { printf '%s: %s\n' "$tool" "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# Prints the comment block at the head of the calling tool as its help text.
print_help() { sed -n '3,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

jobs() { nproc 2>/dev/null || echo 2; }

# compiler_environment gcc|clang: fills the array `compiler_env`, with ccache in front when it works.
compiler_environment() {
    local c=gcc cxx=g++ cache=
    if [[ $1 == clang ]]; then
        c=clang-14 cxx=clang++-14
    fi
    # An unwritable cache folder makes ccache fail every compilation.
    if command -v ccache >/dev/null && ccache --show-stats >/dev/null 2>&1; then
        cache='ccache '
    fi
    compiler_env=(CC="$cache$c" CXX="$cache$cxx")
}

# configure NAME gcc|clang MESON-OPTION...: makes build/NAME, or brings an existing one up to date.
# A folder that an interrupted run left half-made is thrown away and made again.
configure() {
    local name=$1 compiler=$2 dir=$root/build/$1 log=$root/build/$1.setup.log
    shift 2
    local -a compiler_env
    compiler_environment "$compiler"
    # An existing folder keeps the old defaults of options, so these belong to what is wanted.
    local wanted
    wanted="${compiler_env[*]} $root $* $(cksum <"$root/meson_options.txt")"
    mkdir -p "$root/build"
    if [[ -f $dir/build.ninja && -f $dir/.configured && $(<"$dir/.configured") == "$wanted" ]]; then
        return 0
    fi
    rm -rf "$dir"
    # The user's own CFLAGS would make a build that nobody else has.
    if ! env -u CFLAGS -u CXXFLAGS -u CPPFLAGS -u LDFLAGS "${compiler_env[@]}" \
        meson setup "$dir" "$root" "$@" >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        say "meson could not set up build/$name; the whole log is in build/$name.setup.log."
        return 1
    fi
    printf '%s' "$wanted" >"$dir/.configured"
}

# compile NAME TARGET...: runs ninja in build/NAME. On a terminal its one moving line is shown; else
# only what went wrong is.
compile() {
    local name=$1 log=$root/build/$1.log
    shift
    if [[ -t 2 ]]; then
        ninja -C "$root/build/$name" -j "$(jobs)" "$@" >&2
    elif ! ninja -C "$root/build/$name" -j "$(jobs)" "$@" >"$log"; then
        grep -E -A 8 'FAILED:|error:' "$log" | head -n 60 >&2
        say "the whole log is in build/$name.log."
        return 1
    fi
}

# Seconds as people read them.
duration() {
    local s=$1
    if ((s >= 60)); then
        printf '%d min %02d s' $((s / 60)) $((s % 60))
    else
        printf '%d s' "$s"
    fi
}
