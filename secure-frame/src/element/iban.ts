/**
 * Lengths of IBANs by country, as the IBAN registry of SWIFT (the registration authority of ISO 13616) has them:
 * two letters, then how many characters.
 */
const lengths =
  'AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22' +
  'GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20' +
  'MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26' +
  'UA29VA22VG24XK20YE30';

/**
 * An IBAN (ISO 13616-1) in capital or small letters, with or without single spaces: of a country in the registry, of its length,
 * with check digits from 02 to 98 that make the remainder by 97 one (ISO/IEC 7064, MOD 97-10).
 */
export function isIBAN(text: string): boolean {
  if (text.length > 64 || !/^[A-Z]{2} ?\d ?\d(?: ?[A-Z\d])+$/i.test(text)) return false;
  const iban = text.replaceAll(' ', '').toUpperCase();
  const at = lengths.indexOf(iban.slice(0, 2));
  if (at < 0 || iban.length !== Number(lengths.slice(at + 2, at + 4))) return false;
  if (/^..(?:0[01]|99)/.test(iban)) return false;
  let remainder = 0;
  // Letters count as 10 to 35, digits as themselves.
  for (const digit of [...iban.slice(4), ...iban.slice(0, 4)].map((each) => parseInt(each, 36)).join(''))
    remainder = (remainder * 10 + Number(digit)) % 97;
  return remainder === 1;
}
