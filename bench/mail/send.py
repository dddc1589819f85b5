#!/usr/bin/env python3
"""Sends messages over one connection, as a Python program would: EmailMessage and smtplib.

usage: send.py PORT COUNT ATTACHMENT
"""

import email.message
import email.utils
import pathlib
import smtplib
import sys


def main():
    port, count, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(count):
            message = email.message.EmailMessage()
            message["From"] = "Reports <reports@mail.test>"
            message["To"] = "ada@mail.test"
            message["Subject"] = f"Größe {number}"
            message["Date"] = email.utils.formatdate()
            message["Message-ID"] = email.utils.make_msgid(domain="mail.test")
            message.set_content("The numbers are in.\n")
            message.add_alternative("<p>The numbers are in.</p>\n", subtype="html")
            message.add_attachment(
                pathlib.Path(path).read_bytes(), maintype="text", subtype="csv", filename="report.csv"
            )
            server.send_message(message)


main()
