
// Asks for a part until it comes. Meanwhile the visitor stays on the page, which says that the server does not answer. A part
// that the server does not have belongs to another version of the app, so the page is loaded anew.
async function fetchPart(address) {
    for (;;) {
        try {
            const response = await fetch(address);
            if (response.ok) {
                dispatchEvent(new Event("part-came"));
                return response;
            }
            if (response.status === 404) location.reload();
        } catch {}
        dispatchEvent(new Event("part-is-late"));
        await new Promise((resolve) => setTimeout(resolve, 2000));
    }
}
