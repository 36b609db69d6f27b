import { z } from 'zod';

const mailbox = z
  .string()
  .trim()
  .max(320)
  .regex(
    /^(?:[^\p{Cc}<>,;]{0,120}<[^\s<>@,;]{1,64}@[^\s<>@,;]{1,255}>|[^\s<>@,;]{1,64}@[^\s<>@,;]{1,255})$/u,
    'must be an e-mail address, such as oncall@example.com',
  );

export const emailOptions = z
  .object({
    host: z
      .string()
      .trim()
      .min(1)
      .max(253)
      .regex(/^[A-Za-z0-9_.:[\]-]+$/, 'must be a host name or an address')
      .meta({ title: 'Mail server', placeholder: 'smtp.example.com' }),
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .default(587)
      .meta({ title: 'Port', description: '587 for STARTTLS, 465 for TLS from the start.' }),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .meta({ title: 'Encryption', description: 'STARTTLS is insisted on: without it nothing is sent.' }),
    user: z
      .string()
      .max(320)
      .default('')
      .meta({ title: 'User', description: 'Empty for servers that ask for none.' }),
    password: z.string().max(1000).optional().meta({ title: 'Password', secret: true }),
    from: mailbox.meta({ title: 'From', placeholder: 'Custos <custos@example.com>' }),
    to: z
      .array(mailbox)
      .min(1, 'must name at least one recipient')
      .max(50)
      .meta({ title: 'To', placeholder: 'oncall@example.com' }),
    certificateAuthority: z.string().max(100_000).optional().meta({
      title: 'Certificate authority',
      description: 'PEM certificates to trust, for a mail server with a certificate of your own.',
    }),
  })
  .superRefine((options, context) => {
    if (options.security === 'none' && options.user !== '') {
      context.addIssue({
        code: 'custom',
        path: ['security'],
        message:
          'must be starttls or tls when there is a user, because the password would travel in the clear',
      });
    }
    if (options.user !== '' && (options.password ?? '') === '') {
      context.addIssue({ code: 'custom', path: ['password'], message: 'must be given when there is a user' });
    }
  });
export type EmailOptions = z.output<typeof emailOptions>;
