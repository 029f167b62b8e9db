{% load static %}const SHELL = "{% url 'staff:door' session.pk %}";
const FILES = [{% for file in files %}"{% static file %}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const VERSION = "{{ version }}";
importScripts("{% static 'js/door-worker.js' %}");
