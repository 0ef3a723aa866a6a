// Unmodified zca-js against the simulator: prints one JSON line for each thing it sees, and does what stdin says.
//
// Arguments: the simulator's base URL, a value for zpw_sek. A line on stdin calls a method of the API or of its
// listener: {"call": "sendMessage", "args": […]} or {"listener": "requestOldMessages", "args": […]}.

import { createInterface } from "node:readline";
import { Zalo } from "zca-js";

const [base, session] = process.argv.slice(2);

const say = (what, facts = {}) => process.stdout.write(`${JSON.stringify({ what, ...facts })}\n`);

// The documented way to other hosts: a replacement for fetch. The socket's address comes with the login.
const toSimulator = (url, options) => {
    const asked = new URL(url);
    if (!asked.hostname.endsWith(".zalo.me")) throw new Error(`not one of Zalo's hosts: ${asked.hostname}`);
    const headers = new Headers(options?.headers);
    headers.set("X-Orig-Host", asked.host);
    return fetch(base + asked.pathname + asked.search, { ...options, headers });
};

const zalo = new Zalo({ polyfill: toSimulator, checkUpdate: false, selfListen: true, logging: false });
const api = await zalo.login({
    cookie: [{ name: "zpw_sek", value: session, domain: ".zalo.me", path: "/" }],
    imei: "00000000-test",
    userAgent: "Mozilla/5.0 (test)",
});
say("login", { uid: api.getOwnId() });

const { listener } = api;
const seen = {
    cipher_key: () => ["listening"],
    disconnected: (code) => ["disconnected", { code }],
    closed: (code) => ["closed", { code }],
    error: (error) => ["error", { error: String(error?.message ?? error) }],
    message: (message) => ["message", { message }],
    undo: (undo) => ["undo", { undo }],
    reaction: (reaction) => ["reaction", { reaction }],
    old_messages: (messages, type) => ["old_messages", { messages, type }],
    old_reactions: (reactions, isGroup) => ["old_reactions", { reactions, isGroup }],
    seen_messages: (receipts) => ["seen_messages", { receipts }],
    delivered_messages: (receipts) => ["delivered_messages", { receipts }],
    typing: (typing) => ["typing", { typing }],
    group_event: (event) => ["group_event", { event }],
    friend_event: (event) => ["friend_event", { event }],
    upload_attachment: (upload) => ["upload_attachment", { upload }],
};
for (const [name, told] of Object.entries(seen)) listener.on(name, (...facts) => say(...told(...facts)));
listener.start({ retryOnClose: true });

for await (const line of createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    try {
        const owner = order.call ? api : listener;
        const value = await owner[order.call ?? order.listener](...order.args);
        say("answer", { value: value ?? null });
    } catch (error) {
        say("answer", { error: error.message, code: error.code ?? null });
    }
}
process.exit(0);
