#!/bin/sh
# What an administrator would write: dump the members of all groups and compare them with a sorted
# list of justified pairs. Prints the pairs that nobody justifies.
#
#   admin_script.sh URL BIND_DN PASSWORD_FILE GROUPS_BASE JUSTIFIED
#
# JUSTIFIED holds a group's DN, a tab and a member's DN a line, sorted in the C locale. The script
# takes what `ldapsearch` prints for all there is: an answer that broke off looks like a smaller
# directory, and base64 values (`member:: …`) are passed over.
set -eu
export LC_ALL=C
members=$(mktemp)
trap 'rm -f "$members"' EXIT
ldapsearch -x -LLL -o ldif-wrap=no -H "$1" -D "$2" -y "$3" -b "$4" '(objectClass=groupOfNames)' member |
  awk '/^dn: / { group = substr($0, 5) } /^member: / { print group "\t" substr($0, 9) }' |
  sort > "$members"
comm -23 "$members" "$5"
