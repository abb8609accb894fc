#!/usr/bin/env bash
#
# Debian packages, without the services that some of them bring, as root:
#
#     tools/install.sh PACKAGE…
#
# Where systemd runs, these packages start a server as they are installed, and again at each boot. Whoever
# builds and tests wants the programs alone, and keeps ports 80, 4222, 5432 and 9090. Packages ask
# /usr/sbin/policy-rc.d before they start anything: it stands there while they are installed. Where the
# machine has a policy of its own, that decides. A server that had been installed before goes on as it was.

set -euo pipefail

policy=/usr/sbin/policy-rc.d
at_rest=(caddy haproxy nats-server nginx postgresql prometheus)
were_enabled=()

is_enabled() {
    systemctl --quiet is-enabled "$1" 2>/dev/null
}

for unit in "${at_rest[@]}"; do
    ! is_enabled "$unit" || were_enabled+=("$unit")
done

if [[ ! -e $policy ]]; then
    trap 'rm -f "$policy"' EXIT
    cat >"$policy" <<END
#!/bin/sh
# tools/install.sh of guildhall is at work, and takes this away: 101 is "do not start it".
[ "\$1" != --quiet ] || shift
case " ${at_rest[*]} " in *" \${1%.service} "*) exit 101 ;; esac
END
    chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
apt-get -q -y -o DPkg::Lock::Timeout=120 --no-install-recommends install "$@"

for unit in "${at_rest[@]}"; do
    [[ " ${were_enabled[*]-} " == *" $unit "* ]] || ! is_enabled "$unit" || systemctl --quiet disable "$unit"
done
