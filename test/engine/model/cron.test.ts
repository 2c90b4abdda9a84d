import { expect } from 'chai';
import { cronProblem, isTimezone } from '../../../engine/model/cron.ts';

describe('a cron line', () => {
  for (const line of ['* * * * *', '0 3 * * *', '*/5 0-6,22 1,15 jan-mar mon-fri', '0  3 * * 7', '59 23 31 12 0']) {
    it(`is "${line}"`, () => expect(cronProblem(line)).to.equal(undefined));
  }

  for (const [line, problem] of [
    ['0 3 * *', 'a cron line has 5 fields, this has 4'],
    ['60 3 * * *', 'the minute "60" is outside 0 to 59'],
    ['0 24 * * *', 'the hour "24" is outside 0 to 23'],
    ['0 3 0 * *', 'the day of month "0" is outside 1 to 31'],
    ['0 3 * foo *', 'the month "foo" is outside 1 to 12'],
    ['0 3 * * 8', 'the day of week "8" is outside 0 to 7'],
    ['0 9-5 * * *', 'the hour "9-5" runs backwards'],
    ['*/0 * * * *', 'the minute "*/0" has a step of 0'],
    ['? * * * *', 'the minute "?" cannot be read'],
  ] as const) {
    it(`is not "${line}"`, () => expect(cronProblem(line)).to.equal(problem));
  }

  it('is read in a timezone that there is', () => {
    expect(isTimezone('Europe/Brussels')).to.equal(true);
    expect(isTimezone('Europe/Atlantis')).to.equal(false);
  });
});
