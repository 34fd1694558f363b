// A headless Chromium, spoken to through a pipe: no port is opened and no package is needed.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--disable-dev-shm-usage', '--hide-scrollbars', '--remote-debugging-pipe'];
const MAX_MS = 60000; // for one answer

export class Chromium {
    #child;
    #profile = mkdtempSync(join(tmpdir(), 'certaudit-chromium-'));
    #next = 1;
    #waiting = new Map();
    #listeners = new Map();
    #rest = '';
    #gone;

    constructor(program) {
        this.#child = spawn(program, [...FLAGS, `--user-data-dir=${this.#profile}`, 'about:blank'],
            { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
        this.#child.stdio[3].on('error', () => {}); // its end is told by 'exit'
        this.#child.stdio[4].setEncoding('utf8').on('data', (text) => this.#read(text));
        this.#gone = new Promise((resolve) => {
            const end = (why) => {
                for (const { reject } of this.#waiting.values()) {
                    reject(new Error(`chromium ended: ${why}`));
                }
                this.#waiting.clear();
                resolve();
            };
            this.#child.on('exit', (code, signal) => end(signal ?? code));
            this.#child.on('error', (error) => end(error.message));
        });
    }

    #read(text) {
        const messages = (this.#rest + text).split('\0');
        this.#rest = messages.pop();
        for (const message of messages.map((one) => JSON.parse(one))) {
            const waits = this.#waiting.get(message.id);
            if (message.id === undefined) {
                this.#listeners.get(message.method)?.(message.params);
            } else if (waits) {
                this.#waiting.delete(message.id);
                message.error ? waits.reject(new Error(message.error.message))
                    : waits.resolve(message.result);
            }
        }
    }

    send(method, params = {}, sessionId = undefined) {
        const id = this.#next++;
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => {
                this.#waiting.delete(id);
                reject(new Error(`${method}: no answer`));
            }, MAX_MS);
            const settle = (done) => (value) => {
                clearTimeout(timer);
                done(value);
            };
            this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
            this.#child.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
        });
    }

    once(event) {
        return new Promise((resolve) => {
            this.#listeners.set(event, (params) => {
                this.#listeners.delete(event);
                resolve(params);
            });
        });
    }

    // Every event of this name from now on.
    on(event, listener) {
        this.#listeners.set(event, listener);
    }

    // A page of its own; the function returned speaks to it.
    async page() {
        const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
        const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
        return (method, params) => this.send(method, params, sessionId);
    }

    async close() {
        await this.send('Browser.close').catch(() => {});
        const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
        await this.#gone;
        clearTimeout(timer);
        rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
    }
}
