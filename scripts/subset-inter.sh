#!/bin/sh
# Makes public/fonts/inter-*.woff2 from the variable Inter of npm's @fontsource-variable/inter: the letters and signs that
# the pages use, the weights 400 to 600, tabular figures and kerning. Needed only when one of these changes.
# Needs npm and Python's `pip install fonttools brotli`.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" @fontsource-variable/inter@5.3.0 > /dev/null
tar -xzf "$work"/*.tgz -C "$work"

subset() {
  fonttools varLib.instancer -q "$work/package/files/inter-$1-wght-normal.woff2" wght=400:600 -o "$work/$1.ttf"
  pyftsubset "$work/$1.ttf" --unicodes="$2" --layout-features=kern,mark,mkmk,ccmp,locl,tnum --no-hinting \
    --drop-tables+=gasp,prep --name-IDs=0,1,2,13,14 --flavor=woff2 --output-file="public/fonts/inter-$1.woff2"
}

subset latin U+20-7E,U+A0-FF,U+131,U+152-153,U+2C6,U+2DA,U+2DC,U+2002,U+2009,U+200B,U+2013-2014,U+2018-201A,U+201C-201E,U+2022,U+2026,U+2032-2033,U+2039-203A,U+20AC,U+2122,U+2191,U+2193,U+2212
subset latin-ext U+100-130,U+132-151,U+154-17F,U+192,U+1CD-1DC,U+1E6-1E7,U+1F4-1F5,U+1F8-1FF,U+218-21B,U+237,U+1E80-1E85,U+1E9E,U+1EF2-1EF3,U+20A6,U+20A9-20AB,U+20AD-20AE,U+20B1,U+20B4,U+20B9-20BA,U+20BC-20BD
cp "$work/package/LICENSE" public/fonts/inter-license.txt
