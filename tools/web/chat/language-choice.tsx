import { choose, LANGUAGES, useTexts } from './language.ts';

export function LanguageChoice() {
  const t = useTexts();

  return (
    <label className="language">
      <span className="visually-hidden">{t('language')}</span>
      <select value={t.language} onChange={(event) => choose(event.target.value)}>
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
