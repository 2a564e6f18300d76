/**
 * Tones of telephone networks by country (ITU-T E.180 supplement 2 and national practice): frequencies in Hz and durations in ms, in the
 * form of `parseCadence`. Keys are ISO 3166 codes in small letters.
 */
export type CountryTones = { readonly dial: string; readonly ringback: string; readonly busy: string; readonly congestion: string }

const european425 = (ringback: string): CountryTones => ({
  dial: '425',
  ringback,
  busy: '425/500,0/500',
  congestion: '425/250,0/250',
})

export const countryTones: Readonly<Record<string, CountryTones>> = {
  ar: { dial: '425', ringback: '425/1000,0/4500', busy: '425/400,0/400', congestion: '425/200,0/300' },
  at: { dial: '420', ringback: '420/1000,0/5000', busy: '420/400,0/400', congestion: '420/200,0/200' },
  au: {
    dial: '413+438',
    ringback: '413+438/400,0/200,413+438/400,0/2000',
    busy: '425/375,0/375',
    congestion: '425/375,0/375,420/375,0/375',
  },
  be: { dial: '425', ringback: '425/1000,0/3000', busy: '425/500,0/500', congestion: '425/167,0/167' },
  br: { dial: '425', ringback: '425/1000,0/4000', busy: '425/250,0/250', congestion: '425/250,0/250,425/750,0/250' },
  ca: { dial: '350+440', ringback: '440+480/2000,0/4000', busy: '480+620/500,0/500', congestion: '480+620/250,0/250' },
  ch: { dial: '425', ringback: '425/1000,0/4000', busy: '425/500,0/500', congestion: '425/200,0/200' },
  cl: { dial: '400', ringback: '400/1000,0/3000', busy: '400/500,0/500', congestion: '400/200,0/200' },
  cn: { dial: '450', ringback: '450/1000,0/4000', busy: '450/350,0/350', congestion: '450/700,0/700' },
  cz: { dial: '425/330,0/330,425/660,0/660', ringback: '425/1000,0/4000', busy: '425/330,0/330', congestion: '425/165,0/165' },
  de: { dial: '425', ringback: '425/1000,0/4000', busy: '425/480,0/480', congestion: '425/240,0/240' },
  dk: { dial: '425', ringback: '425/1000,0/4000', busy: '425/500,0/500', congestion: '425/200,0/200' },
  es: { dial: '425', ringback: '425/1500,0/3000', busy: '425/200,0/200', congestion: '425/200,0/200,425/200,0/200,425/200,0/600' },
  fi: { dial: '425', ringback: '425/1000,0/4000', busy: '425/300,0/300', congestion: '425/200,0/200' },
  fr: { dial: '440', ringback: '440/1500,0/3500', busy: '440/500,0/500', congestion: '440/250,0/250' },
  gb: {
    dial: '350+440',
    ringback: '400+450/400,0/200,400+450/400,0/2000',
    busy: '400/375,0/375',
    congestion: '400/400,0/350,400/225,0/525',
  },
  gr: { dial: '425/200,0/300,425/700,0/800', ringback: '425/1000,0/4000', busy: '425/300,0/300', congestion: '425/200,0/200' },
  hk: { dial: '350+440', ringback: '440+480/400,0/200,440+480/400,0/3000', busy: '480+620/500,0/500', congestion: '480+620/250,0/250' },
  hu: { dial: '425', ringback: '425/1250,0/3750', busy: '425/300,0/300', congestion: '425/300,0/300' },
  ie: european425('425/400,0/200,425/400,0/2000'),
  il: { dial: '414', ringback: '414/1000,0/3000', busy: '414/500,0/500', congestion: '414/250,0/250' },
  in: { dial: '400*25', ringback: '400*25/400,0/200,400*25/400,0/2000', busy: '400/750,0/750', congestion: '400/250,0/250' },
  it: { dial: '425/200,0/200,425/600,0/1000', ringback: '425/1000,0/4000', busy: '425/500,0/500', congestion: '425/200,0/200' },
  jp: { dial: '400', ringback: '400*20/1000,0/2000', busy: '400/500,0/500', congestion: '400/500,0/500' },
  kr: { dial: '350+440', ringback: '440+480/1000,0/2000', busy: '480+620/500,0/500', congestion: '480+620/300,0/200' },
  mx: { dial: '425', ringback: '425/1000,0/4000', busy: '425/250,0/250', congestion: '425/250,0/250' },
  my: { dial: '425', ringback: '425/400,0/200,425/400,0/2000', busy: '425/500,0/500', congestion: '425/500,0/500' },
  nl: { dial: '425', ringback: '425/1000,0/4000', busy: '425/500,0/500', congestion: '425/250,0/250' },
  no: { dial: '425', ringback: '425/1000,0/4000', busy: '425/500,0/500', congestion: '425/200,0/200' },
  nz: { dial: '400', ringback: '400+450/400,0/200,400+450/400,0/2000', busy: '400/500,0/500', congestion: '400/250,0/250' },
  pl: { dial: '425', ringback: '425/1000,0/4000', busy: '425/500,0/500', congestion: '425/500,0/500' },
  pt: { dial: '425', ringback: '425/1000,0/5000', busy: '425/500,0/500', congestion: '425/200,0/200' },
  ro: { dial: '450', ringback: '450/1850,0/4150', busy: '450/167,0/167', congestion: '450/250,0/250' },
  ru: { dial: '425', ringback: '425/1000,0/4000', busy: '425/350,0/350', congestion: '425/175,0/175' },
  se: { dial: '425', ringback: '425/1000,0/5000', busy: '425/250,0/250', congestion: '425/250,0/750' },
  sg: { dial: '425', ringback: '425*24/400,0/200,425*24/400,0/2000', busy: '425/750,0/750', congestion: '425/250,0/250' },
  th: { dial: '400*50', ringback: '420/1000,0/5000', busy: '400/500,0/500', congestion: '400/300,0/300' },
  tr: {
    dial: '450',
    ringback: '450/2000,0/4000',
    busy: '450/500,0/500',
    congestion: '450/200,0/200,450/200,0/200,450/200,0/200,450/600,0/200',
  },
  tw: { dial: '350+440', ringback: '440+480/1000,0/2000', busy: '480+620/500,0/500', congestion: '480+620/250,0/250' },
  us: { dial: '350+440', ringback: '440+480/2000,0/4000', busy: '480+620/500,0/500', congestion: '480+620/250,0/250' },
  za: { dial: '400*33', ringback: '400*33/400,0/200,400*33/400,0/2000', busy: '400/500,0/500', congestion: '400/250,0/250' },
}

/** Those that are the same everywhere. */
export const commonTones: Readonly<Record<string, string>> = {
  beep: '!1400/250',
  // Special information tone: no such number (E.180 §7).
  sit: '!950/330,!1400/330,!1800/330',
}
