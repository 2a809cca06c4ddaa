/**
 * Goal: whoever is on call is woken once, in time, and reads why, when mail does not leave, leaves late, or SES stands in its way.
 * Method: the faults of operator/prove/alarm-faults-mail.ts are induced in the local runtime, whose alarms run
 * up to 300 times faster than real time.
 */
import { mailFaults } from '../../operator/prove/alarm-faults-mail.ts';
import { testFaults } from './support/alarms.ts';

testFaults('alarms-mail', mailFaults);
