import { useState } from 'react';

import { useTexts } from './language.js';
import { claimsOf } from './session.js';

// submit(token, claims) may give a promise; a refusal { key, values } that it throws is shown.
export function TokenForm({ submit }) {
  const t = useTexts();
  const [wrong, setWrong] = useState(null);

  async function onSubmit(event) {
    event.preventDefault();
    const field = event.target.elements.token;
    const token = field.value.trim();
    try {
      await submit(token, checked(token));
    } catch (refusal) {
      setWrong(refusal);
      field.focus();
    }
  }

  function checked(token) {
    const claims = claimsOf(token);
    if (!token) throw { key: 'tokenMissing' };
    if (!claims) throw { key: 'tokenNoJwt' };
    if (claims.expiresAt && Date.parse(claims.expiresAt) < Date.now())
      throw { key: 'tokenEnded', values: { time: t.moment(claims.expiresAt) } };
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
