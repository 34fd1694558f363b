// Draws HTML reports in a headless Chromium and holds what it sees against axe-core:
//   node check-browser.mjs CHROMIUM PICTURES FILE...
// Each page in light, in dark, at 320 pixels, and as printed; pictures are left for a look.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AXE_RUN, describe } from './axe.mjs';
import { Chromium } from './chromium.mjs';

const VIEWS = [
    { name: 'light', scheme: 'light', width: 1920 },
    { name: 'dark', scheme: 'dark', width: 1920 },
    { name: 'narrow', scheme: 'light', width: 320 },
];
const DRAWN = ['color-contrast', 'target-size']; // rules that only a drawn page can answer
// Signs beside words ("nonBmp") are hidden from readers. Cells that are scrolled out of a narrow
// table have the colours that the wide view shows.
const OPEN = {
    1920: new Set(['nonBmp']),
    320: new Set(['nonBmp', 'bgOverlap', 'elmPartiallyObscured', 'elmPartiallyObscuring',
        'outsideViewport', 'shortTextContent']),
};
const MAX_HEIGHT = 12000; // pixels of a picture

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [program, pictures, ...files] = process.argv.slice(2);
let bad = 0;

function complain(file, view, text) {
    console.error(`FAIL: ${file} (${view}): ${text}`);
    bad++;
}

async function evaluate(page, expression) {
    const { result, exceptionDetails } = await page('Runtime.evaluate',
        { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) {
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
}

async function look(page, file, view) {
    await page('Emulation.setEmulatedMedia',
        { media: 'screen', features: [{ name: 'prefers-color-scheme', value: view.scheme }] });
    await page('Emulation.setDeviceMetricsOverride',
        { width: view.width, height: 900, deviceScaleFactor: 1, mobile: view.width < 600 });
    // folded parts are part of the report
    await evaluate(page, 'document.querySelectorAll("details").forEach((d) => { d.open = true; })');
    const wide = await evaluate(page, 'document.documentElement.scrollWidth');
    if (wide > view.width) {
        complain(file, view.name, `the page is ${wide} pixels wide`);
    }
    const found = JSON.parse(await evaluate(page, AXE_RUN));
    found.violations.forEach((violation) => complain(file, view.name, describe(violation)));
    for (const rule of found.incomplete.filter((one) => DRAWN.includes(one.id) &&
        one.reasons.some((reason) => !OPEN[view.width].has(reason)))) {
        complain(file, view.name, `not decided: ${describe(rule)}`);
    }
    if (!found.passes.includes('color-contrast')) {
        complain(file, view.name, 'axe did not look at the contrast');
    }
    console.log(`ok: ${file} (${view.name}): axe passed ${found.passes.length} rules`);
    const { cssContentSize } = await page('Page.getLayoutMetrics');
    const { data } = await page('Page.captureScreenshot', {
        captureBeyondViewport: true,
        clip: { x: 0, y: 0, width: view.width, scale: 1,
            height: Math.min(Math.ceil(cssContentSize.height), MAX_HEIGHT) },
    });
    writeFileSync(join(pictures, `${basename(file, '.html')}.${view.name}.png`), data, 'base64');
}

mkdirSync(pictures, { recursive: true });
const browser = new Chromium(program);
try {
    const page = await browser.page();
    const asked = [];
    browser.on('Network.requestWillBeSent', ({ request }) => asked.push(request.url));
    await page('Page.enable');
    await page('Network.enable');
    for (const file of files) {
        const url = pathToFileURL(resolve(file)).href;
        asked.length = 0;
        const loaded = browser.once('Page.loadEventFired');
        await page('Page.navigate', { url });
        await loaded;
        await evaluate(page, axe);
        for (const view of VIEWS) {
            await look(page, file, view);
        }
        const outside = asked.filter((one) => one !== url && !one.startsWith('data:'));
        if (outside.length > 0) {
            complain(file, 'all', `the page asks for ${outside.join(' ')}`);
        }
        await page('Emulation.clearDeviceMetricsOverride');
        await page('Emulation.setEmulatedMedia', { media: '', features: [] });
        const { data } = await page('Page.printToPDF', { preferCSSPageSize: true });
        writeFileSync(join(pictures, `${basename(file, '.html')}.pdf`), data, 'base64');
    }
} finally {
    await browser.close();
}
process.exit(bad === 0 ? 0 : 1);
