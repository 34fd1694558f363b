#!/usr/bin/env bash
# Hostile policies: each ends within its bound as undecided, exit 4, and the others are judged.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
cp "$SOURCE/fixtures/policies/core/key_size/pass_p256.json" input.json
mkdir -p packs/hostile packs/good packs/binary

policy() { # NAME BODY [BEFORE]
    cat >"packs/$1.lua" <<LUA
${3:-}
return policy {
  title = "T", applies_to = "record", severity = "high", cite = { doc = "D" }, remediation = "R",
  check = function(record, params)
    $2
  end,
}
LUA
}
policy good/fine 'return record.key.curve == "P-256" and pass() or fail { message = "no" }'

policy hostile/loop 'while true do end'
policy hostile/loop_in_pcall 'while true do pcall(function() while true do end end) end'
policy hostile/goto '::again:: goto again'
policy hostile/memory 'local t = {} while true do t[#t + 1] = { #t } end'
policy hostile/memory_text 'local s = "x" while true do s = s .. s end'
policy hostile/recursion 'local function f(n) return 1 + f(n + 1) end return f(1)'
policy hostile/recursion_in_pcall 'local function f() return pcall(f) end while true do f() end'
policy hostile/pattern_find 'while true do (("a"):rep(5000) .. "b"):find((".-"):rep(60) .. "c") end'
policy hostile/pattern_match 'while true do ("a"):rep(5000):match(("a*"):rep(60) .. "b") end'
policy hostile/pattern_gmatch 'for w in ("a"):rep(9000):gmatch((".-"):rep(40) .. "z") do end while true do end'
policy hostile/pattern_gsub 'while true do ("x"):rep(9000):gsub(".-.-.-.-.-y", "") end'
policy hostile/rep 'return pass(("x"):rep(1 << 62))'
policy hostile/rep_of_nothing 'local s = (""):rep(1 << 62) while true do end'
policy hostile/concat 'local t = {} for i = 1, 1 << 40 do t[i] = "x" end return pass(table.concat(t))'
policy hostile/sort 'local t = {} for i = 1, 9000 do t[i] = i end while true do table.sort(t, function() return true end) end'
policy hostile/error_objects 'pcall(error, { {} }) error({ error })'
policy hostile/close 'local x <close> = {} return pass()'
policy hostile/globals 'return pass(_G and "x")'
policy hostile/debug 'return pass(debug.getinfo(1).source)'
policy hostile/require 'return pass(require("os").getenv("HOME"))'
policy hostile/load 'return load("return pass()")()'
policy hostile/coroutine 'local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end'
policy hostile/metatable 'local t = setmetatable({}, { __index = function(t, k) return t[k] end }) return t.x'
policy hostile/string_metatable 'getmetatable("").__index = function() while true do end end return ("x").y'
policy hostile/gc 'setmetatable({}, { __gc = function() while true do end end }) return pass()'
policy hostile/xpcall 'xpcall(error, function() while true do end end) return pass()'

for file in packs/hostile/*.lua; do
    name=$(basename "$file" .lua)
    expect 4 "exit 4" timeout 60 "$CERTAUDIT" check --at "$NOW" --policies packs \
        --select "hostile/$name" --select good/fine -o text=- -o json=out.json input.json
    tr -d ' \n' <out.json >flat.json
    grep -q '"good/fine":"P' flat.json || { echo "FAIL: $name hid another verdict" >&2; exit 1; }
    grep -q "\"hostile/$name\":\"u" flat.json || { echo "FAIL: $name is not undecided" >&2; exit 1; }
done

# all of them together, on several threads, take no verdict from one another
expect 4 "exit 4" timeout 120 "$CERTAUDIT" check -j 4 --at "$NOW" --policies packs \
    --select 'hostile/*' --select good/fine -o text=- -o json=out.json input.json
grep -q '"good/fine":"P' <(tr -d ' \n' <out.json)

# what does not load is a policy error, and the others are judged
printf '\x1bLua\x54\x00\x19\x93\r\n\x1a\n' >packs/binary/code.lua
policy binary/loop 'return pass()' 'while true do end'
policy binary/memory 'return pass()' 'local t = {} while true do t[#t + 1] = ("x"):rep(9000) end'
policy binary/varargs 'return pass()' 'local a = ...'
{ printf 'return '; head -c 100000 /dev/zero | tr '\0' '('; } >packs/binary/deep.lua
head -c 300000 /dev/zero | tr '\0' ' ' >packs/binary/long.lua
printf 'return policy { title = "T" }\0' >packs/binary/nul.lua
for name in code loop memory varargs deep long nul; do
    expect 2 "binary/$name" timeout 60 "$CERTAUDIT" check --at "$NOW" --policies packs \
        --select "binary/$name" --select good/fine -o text=- -o json=out.json input.json
    grep -q '"good/fine":"P' <(tr -d ' \n' <out.json)
done
