// The console's page. Everything that is shown is put in as text, never as markup.
'use strict';

const byId = (id) => document.getElementById(id);
const incidents = new Map();
const counts = new Map();
const seen = new Map();
let key = sessionStorage.getItem('key') ?? '';
const MODES = ['monitor', 'soft', 'hard'];
const RETRY_MS = 3000;

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className !== undefined) made.className = className;
  return made;
}

function state(text) {
  byId('state').textContent = text;
}

/** Reads the stream with the key in a header, which an EventSource cannot send. */
async function watch() {
  for (;;) {
    try {
      const response = await fetch('/console/events', { headers: { authorization: `Bearer ${key}` } });
      if (response.status === 401) {
        sessionStorage.removeItem('key');
        byId('content').hidden = true;
        byId('key-form').hidden = false;
        state('This key is not an admin’s');
        return;
      }
      if (!response.ok) throw new Error(String(response.status));
      sessionStorage.setItem('key', key);
      byId('key-form').hidden = true;
      byId('content').hidden = false;
      state('Watching');
      await read(response.body.getReader());
    } catch {
      // Shown below; the next try may work.
    }
    state('Connection lost, trying again');
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function read(reader) {
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + decoder.decode(value, { stream: true })).split('\n\n');
    rest = parts.pop();
    for (const part of parts) if (part.startsWith('data: ')) take(JSON.parse(part.slice(6)));
  }
}

function take(message) {
  if (message.type === 'policies') state(`Watching. Policies reloaded: ${message.policies}, set ${message.hash}`);
  else if (message.type === 'rejected') state(`Policies rejected: ${message.problems.join(' · ')}`);
  else if (message.type === 'incident') takeIncident(message.incident);
}

function takeIncident(incident) {
  const more = incident.count - (seen.get(incident.id) ?? 0);
  seen.set(incident.id, incident.count);
  const row = counts.get(incident.rule) ?? { monitor: 0, soft: 0, hard: 0 };
  row[incident.mode] += more;
  counts.set(incident.rule, row);
  drawCounts();
  const shown = incidents.get(incident.id);
  const made = drawIncident(incident, shown?.item.firstChild.open === true);
  if (shown === undefined) byId('incidents').prepend(made);
  else shown.item.replaceWith(made);
  incidents.set(incident.id, { incident, item: made });
  filter();
}

function drawCounts() {
  const rows = [...counts].sort(([, a], [, b]) => total(b) - total(a));
  byId('counts').tBodies[0].replaceChildren(
    ...rows.map(([rule, row]) => {
      const line = element('tr');
      line.append(element('td', rule), ...MODES.map((mode) => element('td', String(row[mode]))));
      return line;
    }),
  );
}

function total(row) {
  return row.monitor + row.soft + row.hard;
}

function drawIncident(incident, open) {
  const item = element('li');
  const details = element('details');
  details.open = open;
  const summary = element('summary');
  const time = element('time', new Date(incident.lastMs).toLocaleTimeString());
  const times = incident.count > 1 ? `${incident.count} times` : '';
  summary.append(
    time,
    element('span', incident.outcome, outcomeClass(incident)),
    element('span', `${incident.rule}`),
    element('span', `${incident.policy} · ${incident.mode} · ${incident.caller} · ${incident.model}`, 'faint'),
    element('span', times),
  );
  const list = element('dl');
  const pairs = [
    ['Policy', `${incident.policy} (${incident.kind} ${incident.owasp})`],
    ['Verdict', `${incident.verdict}, outcome ${incident.outcome}, mode ${incident.mode}`],
    ['Where', `${incident.phase}, ${incident.findings} finding${incident.findings === 1 ? '' : 's'}`],
    ['First seen', new Date(incident.firstMs).toLocaleString()],
    ['Requests', incident.requests.join(', ')],
  ];
  if (incident.raw !== undefined) pairs.push(['Text', incident.raw]);
  for (const [name, value] of pairs) list.append(element('dt', name), element('dd', value));
  details.append(summary, list);
  item.append(details);
  return item;
}

/** What passed although the policy says otherwise is not drawn as if all were well. */
function outcomeClass({ verdict, outcome }) {
  return `outcome ${outcome === 'passed' && verdict !== 'allow' ? 'warned' : outcome}`;
}

function filter() {
  const text = byId('filter-text').value.toLowerCase();
  const mode = byId('filter-mode').value;
  const outcome = byId('filter-outcome').value;
  let shown = 0;
  for (const { incident, item } of incidents.values()) {
    const words = [incident.policy, incident.kind, incident.owasp, incident.rule, incident.caller, incident.model];
    const fits =
      (text === '' || [...words, ...incident.requests].join(' ').toLowerCase().includes(text)) &&
      (mode === '' || incident.mode === mode) &&
      (outcome === '' || incident.outcome === outcome);
    item.hidden = !fits;
    if (fits) shown += 1;
  }
  byId('empty').hidden = shown > 0;
  byId('empty').textContent = incidents.size === 0 ? 'Nothing was decided yet.' : 'Nothing fits the filter.';
}

async function tryText() {
  const result = byId('try-result');
  const response = await fetch('/console/try', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ where: byId('try-where').value, text: byId('try-text').value }),
  });
  const said = await response.json();
  if (!response.ok) {
    result.replaceChildren(element('p', said.error));
    return;
  }
  const parts = [element('p', `Verdict ${said.verdict}, outcome ${said.outcome}`, outcomeClass(said))];
  if (said.refusal !== undefined) parts.push(element('p', `The client reads: ${said.refusal.message}`));
  for (const decision of said.decisions) {
    const rules = decision.rules === undefined ? decision.rule : decision.rules.join(', ');
    const score = decision.score === undefined ? '' : `, score ${decision.score}`;
    parts.push(element('p', `${decision.policy} (${decision.mode}): ${rules}${score}: ${decision.outcome}`));
  }
  if (said.decisions.length === 0) parts.push(element('p', 'No rule found anything.'));
  if (said.answer !== undefined) parts.push(element('pre', said.answer));
  result.replaceChildren(...parts);
}

// Before this script runs, the browser would send the form itself.
byId('key-form').querySelector('button').disabled = false;
byId('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  key = byId('key').value;
  byId('key').value = '';
  void watch();
});
byId('try-form').addEventListener('submit', (event) => {
  event.preventDefault();
  void tryText();
});
byId('filters').addEventListener('submit', (event) => event.preventDefault());
byId('filters').addEventListener('input', filter);
if (key !== '') {
  byId('key-form').hidden = true;
  void watch();
}
