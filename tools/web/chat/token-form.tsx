import { useState, type FormEvent } from 'react';

import { useTexts, type Said, type TextKey } from './language.ts';
import { claimsOf, type Claims } from './session.ts';

// What is wrong with a token, as a text says it.
export class Refused extends Error {
  constructor(
    public key: TextKey,
    public values: Said['values'] = {},
  ) {
    super(key);
  }
}

// submit(token, claims) may give a promise; what it throws as Refused is shown.
export function TokenForm({ submit }: { submit: (token: string, claims: Claims) => void | Promise<void> }) {
  const t = useTexts();
  const [wrong, setWrong] = useState<Refused | null>(null);

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const field = event.currentTarget.elements.namedItem('token') as HTMLInputElement;
    const token = field.value.trim();
    try {
      await submit(token, checked(token));
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
      setWrong(refusal);
      field.focus();
    }
  }

  function checked(token: string): Claims {
    const claims = claimsOf(token);
    if (!token) throw new Refused('tokenMissing');
    if (!claims) throw new Refused('tokenNoJwt');
    if (claims.expiresAt && Date.parse(claims.expiresAt) < Date.now())
      throw new Refused('tokenEnded', { time: t.moment(claims.expiresAt) });
    return claims;
  }

  return (
    <form className="token" onSubmit={onSubmit} noValidate>
      <label htmlFor="token">{t('token')}</label>
      <input
        id="token"
        name="token"
        type="password"
        autoComplete="off"
        required
        aria-invalid={Boolean(wrong)}
        aria-describedby={wrong ? 'token-error' : undefined}
      />
      <button className="primary">{t('enter')}</button>
      <p id="token-error" className="error" role="alert">
        {wrong && t(wrong.key, wrong.values)}
      </p>
    </form>
  );
}
