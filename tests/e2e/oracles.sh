#!/usr/bin/env bash
# Reports before judges that others wrote: JUnit schemas, the SARIF schema and Microsoft's validator,
# html-validate, axe-core, a headless Chromium. ci/test brings the npm packages into build/oracles.
# Under CI=true a missing judge is a failure, elsewhere it is skipped and says so.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
schemas=$SOURCE/../shared/schemas
oracles=${AUD_ORACLES:-$SOURCE/build/oracles}
skipped=0

absent() { # what is missing
    if [ "${CI:-}" = true ]; then
        echo "FAIL: $1" >&2
        exit 1
    fi
    echo "skipped: $1"
    skipped=1
}

# what is judged: the demo's reports, those on hostile names in every profile, and the agreed ones
report_all() { # prefix, argument...
    local name=$1 code=0
    shift
    check -o text=/dev/null -o "html=$WORK/$name.html" -o "html,population=failing=$WORK/$name-short.html" \
        -o "sarif=$WORK/$name.sarif" -o "sarif,profile=github=$WORK/$name-github.sarif" \
        -o "junit=$WORK/$name.strict.xml" -o "junit,dialect=gitlab=$WORK/$name.gitlab.xml" \
        -o "junit,cases=failing=$WORK/$name-short.strict.xml" \
        -o "junit,dialect=surefire=$WORK/$name.surefire.xml" "$@" >"$WORK/out.txt" 2>&1 || code=$?
    if [ "$code" -ne 1 ]; then
        echo "FAIL: exit $code, want 1: $name" >&2
        cat "$WORK/out.txt" >&2
        exit 1
    fi
}
"$SOURCE/fixtures/demo/make.sh" demo
cd demo
report_all demo
cd ..
hostile_folder hostile
report_all hostile hostile
"$SOURCE/fixtures/quarter/make.sh" quarter
"$CERTAUDIT" evidence --period 2026-Q3 --ref main --at 2026-11-01T00:00:00Z -q --pack quarter-pack quarter >/dev/null
cp quarter-pack/index.html quarter.html
for want in "$SOURCE"/fixtures/reporters/sarif/*.want; do
    cp "$want" "agreed-$(basename "$want" .want).sarif"
done
for want in "$SOURCE"/fixtures/reporters/html/*.want; do
    cp "$want" "agreed-$(basename "$want" .want).html"
done
for want in "$SOURCE"/fixtures/reporters/junit/*.want; do
    case $(basename "$want" .want) in
    surefire | gitlab) cp "$want" "agreed.$(basename "$want" .want).xml" ;;
    *) cp "$want" "agreed-$(basename "$want" .want).strict.xml" ;;
    esac
done

# JUnit XML. GitLab's dialect adds the file of a case, which no schema knows.
xmllint --noout ./*.xml
if [ -d "$schemas" ]; then
    xmllint --noout --schema "$schemas/junit-windyroad.xsd" ./*.strict.xml
    xmllint --noout --schema "$schemas/jenkins-junit-10.xsd" ./*.strict.xml
    xmllint --noout --schema "$schemas/surefire-test-report.xsd" ./*.surefire.xml
else
    echo "skipped: no JUnit and SARIF schemas beside the project, ../shared/schemas"
fi

# SARIF and HTML
if ! command -v node >/dev/null; then
    absent "no node: ci/setup test installs it"
elif [ ! -d "$oracles/node_modules" ]; then
    absent "no npm packages in $oracles: ci/test brings them"
else
    # scripts find packages beside themselves; no packages are put into the source tree
    cp "$SOURCE"/tests/e2e/oracles/*.mjs "$oracles/"
    schema=-
    [ ! -d "$schemas" ] || schema=$schemas/sarif-schema-2.1.0.json
    node "$oracles/check-sarif.mjs" "$schema" ./*.sarif
    node "$oracles/check-html.mjs" ./*.html
    if browser=$(command -v chromium); then
        node "$oracles/check-browser.mjs" "$browser" "$WORK/pictures" ./demo.html ./hostile.html ./agreed-page.html
        echo "pictures of the pages: $WORK/pictures"
    else
        absent "no chromium: ci/setup test installs it"
    fi
fi
if [ "$skipped" -ne 0 ]; then
    exit 77
fi
