//! The product from outside: the built command, the practice apps, real servers.

mod carddav_csv;
mod command;
mod crash;
mod faults;
mod google_realgeeks;
mod practice;
mod verbs;
