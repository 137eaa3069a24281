"""The PostgreSQL side of bench/run by itself: it takes what the product takes,
and counts it as the product does."""
import os
import unittest

from support import main, processes_in, temporary_folder

import postgresql  # of bench/

HEADER = ("customer_id,email,phone,first_name,last_name,birth_date,postcode,"
          "house_number,house_number_addition,country,pass,order_id,line_id,"
          "event_id,event_title,genre,starts_at,sold_at,quantity,price,"
          "channel,status,share").split(",")
PROGRAMS = postgresql.find_programs()


def line(order, number, **changed):
    row = dict.fromkeys(HEADER, "")
    row.update(customer_id="K1", email="Somebody@Post.example",
               postcode="1234 ab", house_number="5", order_id=order,
               line_id=number, event_id="E1", event_title="an evening",
               genre="theatre", starts_at="2025-06-01T20:00",
               sold_at="2025-05-01T10:00", quantity="2", price="12.50",
               channel="web", status="sold", share="yes")
    row.update(changed)
    return ",".join(row[column] for column in HEADER)


@unittest.skipIf(PROGRAMS is None,
                 "PostgreSQL is not installed (bench/packages.txt)")
class PostgresqlTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(temporary_folder())
        cls.server = postgresql.Server(PROGRAMS, f"{cls.folder}/pg")
        cls.addClassCleanup(cls.server.end)
        cls.server.start()

    def setUp(self):
        self.server.forget_visits()

    def load(self, *lines, institution="museum"):
        path = f"{self.folder}/{institution}.csv"
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join([",".join(HEADER), *lines]) + "\n")
        os.chmod(path, 0o644)
        return self.server.load_at_once({institution: path}, HEADER)

    def test_the_number_of_an_order_line_is_text(self):
        self.load(line("O1", "1"), line("O1", "1a"), line("O1", "01"),
                  line("O1", "seat 7"))
        self.assertEqual(self.server.count_visits(), 4)

    def test_a_line_that_comes_again_replaces_the_one_before(self):
        self.load(line("O1", "a"), line("O1", "b"))
        self.assertEqual(self.server.own_visits("museum"),
                         [["2025-06", 2, 4, 2500]])
        self.load(line("O1", "a", status="refunded"))
        self.assertEqual(self.server.count_visits(), 2)
        self.assertEqual(self.server.own_visits("museum"),
                         [["2025-06", 1, 2, 1250]])

    def test_institutions_do_not_replace_each_other(self):
        self.load(line("O1", "1"))
        self.load(line("O1", "1"), institution="theatre")
        self.assertEqual(self.server.count_visits(), 2)

    def test_figures_of_a_load_and_of_a_question_are_there(self):
        load = self.load(*(line("O1", str(i)) for i in range(2_000)))
        self.assertGreater(load["seconds"], 0)
        self.assertGreater(load["processor_seconds"], 0)
        self.server.prepare_questions()
        took = self.server.time_own_visits("museum", 10)
        self.assertEqual(took["calls"], 10)
        self.assertGreater(took["p50_ms"], 0)
        self.assertLessEqual(took["p50_ms"], took["p95_ms"])

    def test_a_file_that_it_does_not_take_is_an_error(self):
        with self.assertRaises(RuntimeError):
            self.load(line("O1", "1", quantity="two"))

    def test_zz_nothing_is_left_running(self):  # the last one, by its name
        self.assertNotEqual(processes_in(self.folder), [])
        self.server.end()
        self.assertEqual(processes_in(self.folder), [])


if __name__ == "__main__":
    main()
