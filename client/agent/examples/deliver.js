// Hands order lines to the agent (Node.js 18 or later):
//   node deliver.js INSTITUTION TOKEN_FILE [URL] < rows.json
const { readFileSync } = require('node:fs');
const [institution, tokenFile, url = 'http://127.0.0.1:7480'] = process.argv.slice(2);
const token = readFileSync(tokenFile, 'utf8').trim();
// Ids beyond 2^53 are texts in the file: JSON.parse would round numbers.
const rows = JSON.parse(readFileSync(0, 'utf8'));
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

async function send(chunk) {
  for (;;) {
    const response = await fetch(`${url}/v1/institutions/${institution}/rows`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify(chunk),
    }).catch(() => null);
    // It does not run, is busy, or its disk is full.
    if (!response || [503, 507].includes(response.status)) await pause(response?.headers.get('retry-after') ?? 10);
    else if (![200, 422].includes(response.status)) throw new Error(await response.text());
    else return response.json(); // 422: every row was refused
  }
}

(async () => {
  for (let at = 0; at < rows.length; at += 500) {
    const answer = await send(rows.slice(at, at + 500));
    console.log(`rows ${answer.first_row} to ${answer.first_row + answer.rows - 1}: ${answer.taken} taken`);
    for (const one of answer.refused) console.log(`  row ${one.row}: ${one.column} ${one.reason}`);
  }
})();
