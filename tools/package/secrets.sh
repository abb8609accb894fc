#!/bin/sh
#
# The secrets that compose.yaml hands to its services, made once, in a folder that nobody else can
# enter. In it they are open to all: a container's user is somebody else.
#
#     tools/package/secrets.sh FOLDER

set -eu

mkdir -m 700 "$1"
cd "$1"

random() {
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

password=$(random)
printf '%s\n' "$password" >postgres-password
printf 'postgresql://guildhall:%s@postgres/guildhall\n' "$password" >database-url
random >jwt-secret
chmod 644 postgres-password database-url jwt-secret
