const words = {
  healthy: 'healthy',
  slow: 'slow',
  errors: 'answering with errors',
  dead: 'dead',
  disk: 'running out of disk',
};
const find = (selector) => document.querySelector(selector);
const buttons = [...document.querySelectorAll('button')];

for (const button of buttons) {
  const command = button.parentElement.querySelector('code');
  command.textContent = `curl -X POST ${location.origin}${button.dataset.path}`;
  button.addEventListener('click', async () => {
    buttons.forEach((each) => (each.disabled = true));
    try {
      await fetch(button.dataset.path, { method: 'POST' });
      await refresh();
    } finally {
      buttons.forEach((each) => (each.disabled = false));
    }
  });
}

function line({ at, via, event, severity, title, note }) {
  const item = document.createElement('li');
  item.className = event;
  const small = document.createElement('small');
  const facts = [new Date(at).toLocaleTimeString(), via, severity, note];
  small.textContent = facts.filter((text) => text !== '').join(' · ');
  const bold = document.createElement('b');
  bold.textContent = title;
  item.append(bold, small);
  return item;
}

let shown = '';
async function refresh() {
  try {
    const reply = await fetch('/state');
    const { fault, storage, addresses, inbox } = await reply.json();
    find('#fault').textContent = words[fault];
    find('#fault').className = fault === 'healthy' ? 'good' : 'bad';
    find('#storage').textContent = storage === null ? '' : `, its disk is ${storage.percent} % full`;
    for (const link of document.querySelectorAll('[data-address]')) link.href = addresses[link.dataset.address];
    for (const button of buttons) button.classList.toggle('on', button.dataset.path === `/break/${fault}`);
    const next = JSON.stringify(inbox);
    if (next !== shown) find('#inbox').replaceChildren(...inbox.map(line));
    shown = next;
    find('#empty').hidden = inbox.length > 0;
  } catch {
    find('#fault').textContent = 'out of reach: the demo has ended';
    find('#fault').className = 'bad';
  }
}

async function keepRefreshing() {
  await refresh();
  setTimeout(keepRefreshing, 1000);
}
await keepRefreshing();
