// Holds HTML reports against html-validate and, without a browser, axe-core:
//   node check-html.mjs FILE...
// What axe can only tell from a drawn page (contrast, target size) is check-browser.mjs's.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { HtmlValidate, StaticConfigLoader } from 'html-validate';
import { JSDOM, VirtualConsole } from 'jsdom';
import { AXE_RUN, describe } from './axe.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const loader = new StaticConfigLoader({
    root: true,
    extends: ['html-validate:recommended', 'html-validate:document'],
    rules: {
        'no-trailing-whitespace': 'off', // bytes are the reporter's to choose
        'long-title': 'off', // advice for search engines
        'valid-id': ['error', { relaxed: true }], // HTML allows dots, and policies' names have them
    },
});
const validator = new HtmlValidate(loader);
let bad = 0;

function complain(file, text) {
    console.error(`FAIL: ${file}: ${text}`);
    bad++;
}

for (const file of process.argv.slice(2)) {
    const text = readFileSync(file, 'utf8');
    const report = await validator.validateString(text, 'report.html');
    for (const message of report.results.flatMap((result) => result.messages).slice(0, 20)) {
        complain(file, `line ${message.line}:${message.column}: ${message.ruleId}: ${message.message}`);
    }

    const dom = new JSDOM(text, {
        runScripts: 'outside-only',
        virtualConsole: new VirtualConsole(), // jsdom draws nothing and says so for each canvas
    });
    dom.window.eval(axe);
    const found = JSON.parse(await dom.window.eval(AXE_RUN));
    found.violations.forEach((violation) => complain(file, describe(violation)));
    if (found.passes.length < 10) {
        complain(file, `axe passed ${found.passes.length} rules only: it has not looked`);
    }
    console.log(`ok: ${file}: axe passed ${found.passes.length} rules without a browser`);
    dom.window.close();
}
process.exit(bad === 0 ? 0 : 1);
