
// Asks for a part until it comes. Meanwhile the visitor stays on the page, which says that the server does not answer. A part
// that the server does not have belongs to another version of the app, so the page is loaded anew.
async function fetchUntilItComes(address, read) {
    for (;;) {
        try {
            const response = await fetch(address);
            if (response.ok) {
                const part = await read(response);
                dispatchEvent(new Event("part-came"));
                return part;
            }
            if (response.status === 404) location.reload();
        } catch {}
        dispatchEvent(new Event("part-is-late"));
        await new Promise((resolve) => setTimeout(resolve, 2000));
    }
}

// What several pages share comes as a whole: a line of JSON that tells where each part of it begins and ends, and the parts.
let shared;
async function fetchShared(address) {
    const bytes = new Uint8Array(await fetchUntilItComes(address, (response) => response.arrayBuffer()));
    const begin = bytes.indexOf(10) + 1;
    return { places: JSON.parse(new TextDecoder().decode(bytes.subarray(0, begin))), parts: bytes.subarray(begin) };
}

async function fetchPart(address) {
    const name = address.pathname.split("/").pop();
    if (!name.startsWith("chunk_")) {
        // It has come when all of it has. The browser compiles the response itself, and keeps what it compiled.
        return fetchUntilItComes(address, (response) => response.clone().arrayBuffer().then(() => response));
    }
    shared ??= fetchShared(new URL("./shared.bin", address));
    const { places, parts } = await shared;
    return new Response(parts.subarray(...places[name]), { headers: { "content-type": "application/wasm" } });
}
