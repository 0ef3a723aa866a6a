// Unmodified zca-js against the simulator, counting what it hears and nothing else.
//
// Arguments: the simulator's base URL, then the sizes of the floods that come. Prints "listening", and for each flood
// one JSON line.

import { Zalo } from "zca-js";

const [base, ...sizes] = process.argv.slice(2);

const toSimulator = (url, options) => {
    const asked = new URL(url);
    const headers = new Headers(options?.headers);
    headers.set("X-Orig-Host", asked.host);
    return fetch(base + asked.pathname + asked.search, { ...options, headers });
};

const zalo = new Zalo({ polyfill: toSimulator, checkUpdate: false, selfListen: true, logging: false });
const api = await zalo.login({
    cookie: [{ name: "zpw_sek", value: "bench", domain: ".zalo.me", path: "/" }],
    imei: "00000000-bench",
    userAgent: "Mozilla/5.0 (bench)",
});

let heard = 0;
let began;
let cpu;
api.listener.on("message", () => {
    if (heard === 0) {
        began = performance.now();
        cpu = process.cpuUsage();
    }
    if (++heard === Number(sizes[0])) {
        const spent = process.cpuUsage(cpu);
        console.log(
            JSON.stringify({
                per_s: (heard / (performance.now() - began)) * 1000,
                cpu_us: (spent.user + spent.system) / heard,
                rss_mb: process.memoryUsage.rss() / 2 ** 20,
            }),
        );
        heard = 0;
        sizes.shift();
    }
});
api.listener.on("cipher_key", () => console.log("listening"));
api.listener.start();
