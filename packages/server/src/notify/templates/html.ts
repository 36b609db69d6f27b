import type { Severity } from '@custos/contract';
import type { Dispatch } from '../types.ts';
import { escapeHtml } from './escape.ts';
import { factsOf, headline, shorten } from './facts.ts';

/** White text on each of these has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3). */
const colours: Readonly<Record<Severity, string>> = {
  critical: '#b42318',
  high: '#b93815',
  medium: '#8a5a00',
  low: '#175cd3',
  info: '#475467',
};
const resolvedColour = '#0b7a4b';

const font = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** Mail programs that know dark mode recolour by these classes; the others keep the inline styles. */
const darkStyle = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){.page{background:#101418!important}.card{background:#1b2127!important}
.ink{color:#e6e9ec!important}.dim{color:#a3adb8!important}.line{border-color:#333c45!important}}`;

function row(name: string, value: string): string {
  return (
    `<tr><td class="dim line" style="padding:6px 16px 6px 0;border-top:1px solid #e4e7ec;color:#667085;white-space:nowrap;vertical-align:top">${escapeHtml(name)}</td>` +
    `<td class="ink line" style="padding:6px 0;border-top:1px solid #e4e7ec;color:#101828;word-break:break-word">${escapeHtml(value)}</td></tr>`
  );
}

function button(url: string, text: string, colour: string): string {
  return (
    `<td style="padding-right:12px"><a href="${escapeHtml(url)}" style="display:inline-block;padding:10px 18px;` +
    `border-radius:6px;background:${colour};color:#ffffff;text-decoration:none;font-weight:600">${escapeHtml(text)}</a></td>`
  );
}

function paragraph(text: string): string {
  return `<p class="ink" style="margin:0 0 12px;color:#101828">${escapeHtml(text).replaceAll('\n', '<br>')}</p>`;
}

/**
 * The message as HTML for mail: tables and inline styles, because mail programs honour little else, no
 * images, no script, nothing loaded from anywhere. Every text from outside is escaped.
 */
export function htmlOf(dispatch: Dispatch): string {
  const { message, url, acknowledgeUrl } = dispatch;
  const colour = message.event === 'resolved' ? resolvedColour : colours[message.severity];
  const rows = factsOf(dispatch).map(({ name, value }) => row(name, value));
  for (const [name, value] of Object.entries(message.labels)) rows.push(row(name, value));
  const words = [
    ...(message.summary === '' || message.summary === message.title ? [] : [message.summary]),
    ...(message.description === '' ? [] : [message.description]),
  ];
  const buttons = [
    button(url, 'Open in Custos', colour),
    ...(acknowledgeUrl === null ? [] : [button(acknowledgeUrl, 'Acknowledge', '#344054')]),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(shorten(headline(dispatch), 200))}</title><style>${darkStyle}</style></head>
<body class="page" style="margin:0;padding:0;background:#f2f4f7">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:#f2f4f7"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" class="card" width="600" cellpadding="0" cellspacing="0" style="width:100%;max-width:600px;background:#ffffff;border-radius:8px;overflow:hidden;${font};font-size:15px;line-height:1.5">
<tr><td style="padding:16px 24px;background:${colour};color:#ffffff;font-size:18px;font-weight:600;word-break:break-word">${escapeHtml(headline(dispatch))}</td></tr>
<tr><td style="padding:20px 24px 8px">${words.map(paragraph).join('')}
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="font-size:14px">${rows.join('')}</table></td></tr>
<tr><td style="padding:12px 24px 24px"><table role="presentation" cellpadding="0" cellspacing="0"><tr>${buttons.join('')}</tr></table></td></tr>
</table></td></tr></table></body></html>
`;
}
