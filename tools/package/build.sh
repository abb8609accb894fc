#!/usr/bin/env bash
#
# The Debian package, built as Debian builds one, from what git tracks or would track:
#
#     tools/package/build.sh ROOT OUT
#
# Nothing is fetched. Pages that npm bundles are in it where their node_modules are there; small pages
# stand in for them otherwise. OUT holds guildhall_VERSION_ARCHITECTURE.deb afterwards.

# shellcheck disable=SC2016 # what stands in single quotes is another shell's

set -euo pipefail

root=$1 out=$2
version=$(dpkg-parsechangelog -l "$root/tools/package/debian/changelog" -S Version)
tree=$out/guildhall-$version

rm -rf "$out"
mkdir -p "$tree"
git -C "$root" ls-files -z --cached --others --exclude-standard |
    (cd "$root" && xargs -0 sh -c 'for each; do [ ! -e "$each" ] || printf "%s\0" "$each"; done' sh) |
    tar -C "$root" --null --no-recursion -T - -c | tar -C "$tree" -x
while IFS= read -r -d '' modules; do
    cp -a "$modules" "$tree/${modules#"$root"/}"
done < <(find "$root/tools/web" -name node_modules -prune -print0)
cp -a "$tree/tools/package/debian" "$tree/debian"

cd "$tree"
dpkg-buildpackage --build=binary --unsigned-changes
