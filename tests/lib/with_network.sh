#!/bin/bash
# Runs a command in a network namespace of its own, in which it may make links and further namespaces:
#
#     tests/lib/with_network.sh COMMAND [ARGUMENT…]
#
# As root, or as root of a user namespace where the kernel lets people have one. Nothing is left
# behind: the namespace, and all that was made in it, goes with its last process.

set -u
PATH=$PATH:/usr/sbin:/sbin # Debian has ip there, which is not on everybody's path

# What the command will do, tried once.
try='ip link set lo up && ip link add near type veth peer name far && unshare --net true'
start='ip link set lo up && exec "$@"'

for how in "unshare --net" "unshare --user --map-root-user --net"; do
    if $how sh -c "$try" 2>/dev/null; then
        exec $how sh -c "$start" sh "$@"
    fi
done
echo "with_network: this needs unshare (util-linux), ip (iproute2), and to be root or to be allowed user namespaces" >&2
exit 99
